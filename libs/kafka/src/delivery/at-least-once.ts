import type { FetchedBatch } from '../driver/group-consumer.js';
import type { RecordProducer } from '../driver/record-producer.js';
import type { OutgoingRecord } from '../record.js';
import type { Delivery } from './delivery.js';
import type { TopicLimits } from './topic-limits.js';
import { writeRecords } from './write-records.js';

/**
 * Delivery guarantee: at least once. The offset is committed after every output and dead letter of the batch
 * is acknowledged, so nothing is lost; a crash between the two writes the batch a second time.
 */
export class AtLeastOnceDelivery implements Delivery {
  constructor(
    private readonly producer: RecordProducer,
    private readonly limits: TopicLimits,
  ) {}

  open(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  isOpen(): boolean {
    return true;
  }

  async deliver(batch: FetchedBatch, records: readonly OutgoingRecord[]): Promise<void> {
    await writeRecords(records, this.limits, (chunk) => this.producer.send(chunk));
    await batch.commit();
  }

  pace(): Promise<void> {
    return Promise.resolve();
  }

  assigned(): void {
    // One producer serves all partitions: nothing depends on the assignment.
  }

  close(): Promise<void> {
    return this.producer.disconnect();
  }
}
