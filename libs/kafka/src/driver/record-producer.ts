import type { Kafka, Producer } from 'kafkajs';
import type { OutgoingRecord } from '../record.js';
import { withTimeLimit } from '../abort.js';
import { connected, DISCONNECT_LIMIT_MS } from './connected.js';
import { withDriverDeadline } from './driver-deadline.js';
import type { Compression } from './codec/compression.js';
import { compressionType } from './compression-type.js';
import { createPartitioner, toTopicMessages } from './messages.js';

const RETRY = { initialRetryTime: 50, multiplier: 2, maxRetryTime: 1_000, retries: 5 };

/**
 * Writes records with an idempotent producer, acknowledged by all in-sync replicas.
 *
 * Calls run one after the other, and a producer whose call failed is thrown away. Both are needed: after a
 * failure kafkajs hands the same sequence numbers to the next records, and a broker that had written the
 * first ones after all would take the next for repetitions and drop them.
 */
export class RecordProducer {
  private producer: Producer | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly kafka: Kafka,
    private readonly timeoutMs: number,
    private readonly compression: Compression = 'none',
  ) {}

  /**
   * Resolves when every record is acknowledged. @throws the driver's error when it gave up: then it is
   * unknown which records were written.
   */
  send(records: readonly OutgoingRecord[]): Promise<void> {
    return this.inTurn(() => this.sendNow(records));
  }

  /** The same for what is written seldom: no connection is kept, and none is taken from a call in hand. */
  sendOnce(records: readonly OutgoingRecord[]): Promise<void> {
    return this.inTurn(() => this.sendNow(records).finally(() => this.disconnect()));
  }

  /** At once, whatever is in hand. */
  async disconnect(): Promise<void> {
    const { producer } = this;
    this.producer = undefined;
    if (producer) await withTimeLimit(producer.disconnect(), DISCONNECT_LIMIT_MS);
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async sendNow(records: readonly OutgoingRecord[]): Promise<void> {
    try {
      this.producer ??= await withDriverDeadline(this.open());
      const sent = this.producer.sendBatch({
        acks: -1,
        timeout: this.timeoutMs,
        compression: compressionType(this.compression),
        topicMessages: toTopicMessages(records),
      });
      await withDriverDeadline(sent);
    } catch (error) {
      await this.disconnect();
      throw error;
    }
  }

  private open(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner,
      retry: RETRY,
    });
    return connected(producer);
  }
}
