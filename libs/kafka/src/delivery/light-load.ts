import { recordSize } from '../driver/codec/record-encoder.js';
import type { OutgoingRecord } from '../record.js';

/** Bytes of output from which on a batch is worth a transaction of its own, and nothing waits for more. */
const SMALL_BYTES = 100_000;
/** A transaction costs the brokers by its partitions. */
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

/**
 * When the next fetch brings enough to be worth another transaction: two milliseconds for each partition after the
 * beginning of a small one. Where anything large was written lately nothing waits.
 */
export class Pacing {
  private nextFetchAt = 0;
  private busyUntil = 0;

  /** @param now milliseconds of a clock that only goes forward */
  constructor(private readonly now = () => performance.now()) {}

  /** A transaction of so many partitions has begun. */
  began(partitions: number, records: readonly OutgoingRecord[]): void {
    const now = this.now();
    if (!isSmall(records)) this.busyUntil = now + MAX_PACE_MS;
    this.nextFetchAt = now < this.busyUntil ? now : now + Math.min(partitions * PACE_MS, MAX_PACE_MS);
  }

  /** Milliseconds until then; not above 0 when it is time. */
  waitMs(): number {
    return this.nextFetchAt - this.now();
  }
}
