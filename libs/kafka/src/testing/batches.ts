import type { FetchedBatch } from '../driver/group-consumer.js';
import type { InputRecord } from '../record.js';
import { inputRecord } from './records.js';

/** A batch of partition 0 of `in`, beginning at `firstOffset`, that notes what is asked of it. */
export class FakeBatch implements FetchedBatch {
  readonly topic = 'in';
  readonly partition = 0;
  readonly highWatermark = 1_000n;
  readonly member = undefined;
  readonly calls: string[] = [];
  heartbeatError: Error | undefined;
  commitError: Error | undefined;

  constructor(
    readonly records: readonly InputRecord[],
    readonly fetchedOffset = BigInt(records[0]?.offset ?? 0),
    readonly nextOffset = fetchedOffset + BigInt(records.length),
  ) {}

  /** A batch of so many records. */
  static of(count: number, firstOffset = 0): FakeBatch {
    const offsets = Array.from({ length: count }, (_, index) => String(firstOffset + index));
    return new FakeBatch(offsets.map((offset) => inputRecord({ offset })));
  }

  narrow(records: readonly InputRecord[], nextOffset = this.nextOffset): FetchedBatch {
    const part = new FakeBatch(records, this.fetchedOffset, nextOffset);
    return Object.assign(part, { calls: this.calls, commitError: this.commitError });
  }

  heartbeat(): Promise<void> {
    this.calls.push('heartbeat');
    return this.heartbeatError ? Promise.reject(this.heartbeatError) : Promise.resolve();
  }

  commit(): Promise<void> {
    this.calls.push('commit');
    return this.commitError ? Promise.reject(this.commitError) : Promise.resolve();
  }

  advance(): void {
    this.calls.push('advance');
  }
}
