import type { FetchedBatch } from '../driver/group-consumer.js';
import type { OutgoingRecord, TopicPartition } from '../record.js';

/** Writes everything a batch became, and the batch's offset. */
export interface Delivery {
  /**
   * Called before the first batch of a partition after an assignment or a failure. Resolves to the offset
   * to go on from, or undefined where the fetched position is right.
   */
  open(partition: TopicPartition): Promise<bigint | undefined>;
  /** Whether what was opened serves another batch: not always after one that was delivered. */
  isOpen(partition: TopicPartition): boolean;
  /**
   * Resolves when all is acknowledged. @throws the driver's error: then it is unknown what was written, and
   * the partition has to be opened and the batch done again.
   */
  deliver(batch: FetchedBatch, records: readonly OutgoingRecord[]): Promise<void>;
  /** Resolves when the next fetch is worth its while; at once when the signal is aborted. */
  pace(signal: AbortSignal): Promise<void>;
  /** These partitions are ours now; what belonged to others may be closed. */
  assigned(partitions: readonly TopicPartition[]): void;
  close(): Promise<void>;
}
