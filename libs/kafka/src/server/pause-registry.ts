import { partitionKey, type TopicPartition } from '../record.js';

/**
 * Why a partition takes nothing. `operator`: somebody asked for it. `backing-off`: the last batch could not
 * be written and waits for its next try. `retry-not-due`: the next record of a retry topic has not waited long
 * enough. `circuit`: something outside that processing needs is ill. `flood`: most events are dead-lettered.
 * `undeliverable`: a dead letter fits its topic in no form.
 * `offset-out-of-range`: the offset to go on from is not in the topic any more.
 */
export type PauseReason =
  | 'operator'
  | 'circuit'
  | 'flood'
  | 'backing-off'
  | 'retry-not-due'
  | 'undeliverable'
  | 'offset-out-of-range';

const EVERYWHERE = '*';

/**
 * The one owner of pausing. A partition runs when neither it nor the whole instance has a reason left; the
 * reasons outlive rebalances for as long as the partition stays, unlike the driver's own pauses.
 */
export class PauseRegistry {
  private readonly reasons = new Map<string, Set<PauseReason>>();
  private readonly listeners = new Set<() => void>();
  /** Partitions that operators have paused, by number: in every topic, and whoever has them. */
  private numbers: ReadonlySet<number> = new Set();

  /** Without a partition: the whole instance. Twice is the same as once. */
  add(reason: PauseReason, where?: TopicPartition): void {
    const key = where ? partitionKey(where) : EVERYWHERE;
    const reasons = this.reasons.get(key) ?? new Set();
    this.reasons.set(key, reasons.add(reason));
    this.notify();
  }

  remove(reason: PauseReason, where?: TopicPartition): void {
    this.reasons.get(where ? partitionKey(where) : EVERYWHERE)?.delete(reason);
    this.notify();
  }

  /** Takes the place of the numbers that were given before. */
  pauseNumbers(numbers: ReadonlySet<number>): void {
    this.numbers = numbers;
    this.notify();
  }

  /** Ends a reason wherever it stands. */
  clear(reason: PauseReason): void {
    for (const reasons of this.reasons.values()) reasons.delete(reason);
    this.notify();
  }

  /** Forgets the reasons of all other partitions: they are for those who have them now. */
  keep(partitions: readonly TopicPartition[]): void {
    const kept = new Set([EVERYWHERE, ...partitions.map(partitionKey)]);
    for (const key of this.reasons.keys()) if (!kept.has(key)) this.reasons.delete(key);
  }

  /** Why this partition, or without one the whole instance, takes nothing; empty when it runs. */
  reasonsOf(where?: TopicPartition): readonly PauseReason[] {
    const everywhere = this.reasons.get(EVERYWHERE) ?? [];
    if (!where) return [...everywhere];
    const byNumber: PauseReason[] = this.numbers.has(where.partition) ? ['operator'] : [];
    return [...new Set([...everywhere, ...byNumber, ...(this.reasons.get(partitionKey(where)) ?? [])])];
  }

  isPaused(where?: TopicPartition): boolean {
    return this.reasonsOf(where).length > 0;
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}
