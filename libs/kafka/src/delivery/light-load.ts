import { recordSize } from '../driver/codec/record-encoder.js';
import type { OutgoingRecord } from '../record.js';

/** Bytes of output from which on a batch is worth a transaction of its own, and nothing waits for more. */
const SMALL_BYTES = 100_000;
/** A transaction costs the brokers by its partitions: so many milliseconds for each lie between two. */
const PACE_MS = 2;
const MAX_PACE_MS = 100;

/** Whether a batch becomes so little that it should share a transaction with others. */
export function isSmall(records: readonly OutgoingRecord[]): boolean {
  let bytes = 0;
  for (const record of records) {
    bytes += recordSize(record);
    if (bytes >= SMALL_BYTES) return false;
  }
  return true;
}

/** Milliseconds from a transaction's beginning to the next fetch, so that it brings enough to be worth another. */
export const paceOf = (partitions: number, records: readonly OutgoingRecord[]): number =>
  isSmall(records) ? Math.min(partitions * PACE_MS, MAX_PACE_MS) : 0;
