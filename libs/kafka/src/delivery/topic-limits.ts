import { batchSize, recordSize } from '../driver/codec/record-encoder.js';
import type { OutgoingRecord } from '../record.js';

/** What Kafka allows a batch by default: max.message.bytes of a topic that sets nothing. */
const DEFAULT_MAX_MESSAGE_BYTES = 1_048_588;

/** How many bytes one record batch of a topic may have, as read from the broker or learnt from refusals. */
export class TopicLimits {
  private readonly limits = new Map<string, number>();
  private readonly requestLimits = new Map<string, number>();
  private anyRefused = false;

  set(topic: string, maxMessageBytes: number): void {
    this.limits.set(topic, maxMessageBytes);
  }

  /** What brokers say now, in place of all that was read or learnt before. */
  replace(limits: ReadonlyMap<string, number>): void {
    this.limits.clear();
    this.requestLimits.clear();
    this.anyRefused = false;
    limits.forEach((bytes, topic) => this.set(topic, bytes));
  }

  /** For a record alone. */
  get(topic: string): number {
    return this.limits.get(topic) ?? DEFAULT_MAX_MESSAGE_BYTES;
  }

  /** Whether a record alone may have the size that it has. */
  fits(record: OutgoingRecord): boolean {
    return batchSize(recordSize(record)) <= this.get(record.topic);
  }

  /** For all records of one request: less than for a record alone, where some were refused together. */
  perRequest(topic: string): number {
    return Math.min(this.get(topic), this.requestLimits.get(topic) ?? Infinity);
  }

  /** A refusal does not name its topic: from the first on, requests hold one topic only. */
  get oneTopicPerRequest(): boolean {
    return this.anyRefused;
  }

  /**
   * A request with so many bytes and records by topic was refused as too large. Only of a record that was
   * alone it is certain that it does not fit.
   */
  refused(sizes: ReadonlyMap<string, { bytes: number; records: number }>): void {
    this.anyRefused = true;
    if (sizes.size > 1) return;
    for (const [topic, { bytes, records }] of sizes) {
      if (records === 1) this.limits.set(topic, Math.min(this.get(topic), bytes - 1));
      else this.requestLimits.set(topic, Math.min(this.perRequest(topic), Math.ceil(bytes / 2)));
    }
  }
}
