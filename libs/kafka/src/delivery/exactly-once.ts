import type { CommittedOffsets } from '../driver/committed-offsets.js';
import { withDriverDeadline } from '../driver/driver-deadline.js';
import type { FetchedBatch } from '../driver/group-consumer.js';
import { TransactionError, type TransactionalProducer } from '../driver/transactional-producer.js';
import type { TransportEvents } from '../events.js';
import { partitionKey, type OutgoingRecord, type TopicPartition } from '../record.js';
import type { Delivery } from './delivery.js';
import type { TopicLimits } from './topic-limits.js';
import { writeRecords } from './write-records.js';

type OpenProducer = (partition: TopicPartition) => Promise<TransactionalProducer>;

/**
 * Delivery guarantee: exactly once, for readers of committed records. Outputs, dead letters and the offset of
 * a batch are one transaction, by a producer that belongs to the input partition. Opening a partition shuts
 * out whoever had it before, and only then reads where to go on: a commit whose answer was lost has either
 * happened by then or never will.
 */
export class ExactlyOnceDelivery implements Delivery {
  private readonly producers = new Map<string, TransactionalProducer>();
  private readonly closing = new Set<Promise<void>>();

  constructor(
    private readonly openProducer: OpenProducer,
    private readonly committed: Pick<CommittedOffsets, 'read' | 'range' | 'close'>,
    private readonly limits: TopicLimits,
    private readonly events: TransportEvents,
  ) {}

  async open(partition: TopicPartition): Promise<bigint> {
    const key = partitionKey(partition);
    this.discard(key, this.producers.get(key));
    const opening = this.openProducer(partition);
    let producer: TransactionalProducer;
    try {
      // One that ends after the deadline may shut out the next opening, which costs a batch done again.
      producer = await withDriverDeadline(opening);
    } catch (error) {
      opening.then(
        (late) => this.discard(key, late),
        () => undefined,
      );
      throw error;
    }
    this.producers.set(key, producer);
    try {
      return await withDriverDeadline(this.startOf(partition));
    } catch (error) {
      this.discard(key, producer);
      throw error;
    }
  }

  async deliver(batch: FetchedBatch, records: readonly OutgoingRecord[]): Promise<void> {
    const key = partitionKey(batch);
    const producer = this.producers.get(key);
    if (!producer) throw new Error('the partition is not open');
    try {
      const written = producer.commit(batch, batch.nextOffset, (send) =>
        writeRecords(records, this.limits, send),
      );
      // What is committed after the deadline is seen, or shut out, by the next opening.
      await withDriverDeadline(written);
      this.events.emit('transaction', { outcome: 'committed' });
    } catch (error) {
      this.discard(key, producer);
      const known = error instanceof TransactionError;
      this.events.emit('transaction', { outcome: known ? error.outcome : 'unknown' });
      throw known ? error.cause : error;
    }
  }

  assigned(partitions: readonly TopicPartition[]): void {
    const kept = new Set(partitions.map(partitionKey));
    for (const [key, producer] of this.producers) if (!kept.has(key)) this.discard(key, producer);
  }

  async close(): Promise<void> {
    for (const [key, producer] of this.producers) this.discard(key, producer);
    await Promise.all([...this.closing, this.committed.close()]);
  }

  private async startOf(partition: TopicPartition): Promise<bigint> {
    // With nothing committed not even the fetched position can be trusted: kafkajs remembers the offset of a
    // transaction that was aborted. A group that begins at the end has committed that end by now.
    return (await this.committed.read(partition)) ?? (await this.committed.range(partition)).low;
  }

  private discard(key: string, producer: TransactionalProducer | undefined): void {
    if (!producer) return;
    if (this.producers.get(key) === producer) this.producers.delete(key);
    const closed = producer.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}
