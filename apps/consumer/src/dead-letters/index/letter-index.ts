import type { ReadRecord } from '@pipeline/kafka';
import type {
  LetterFilter,
  LetterGroup,
  LetterPage,
  LetterPosition,
  LetterSummary,
  Survey,
} from '../letter.js';
import { LetterTally } from './letter-tally.js';
import { Backwards, cursorOf, type Found } from './backwards.js';
import { writeCursor, type Cursor } from './cursor.js';
import { groupsOf } from './groups.js';
import { toIso } from './iso-time.js';
import { Interned } from './interned.js';
import { LetterColumns, PARKED, REPLAYED, type Place } from './letter-columns.js';
import { letterReader, type LetterTexts } from './letter-fields.js';
import { toMatcher, type Matches } from './letter-filter.js';
import { ViolationSets } from './violation-sets.js';

/** The largest list of violations that is told apart from others. */
const VIOLATIONS_BYTES = 16_384;
const NAME_BYTES = 249;

/** What is counted for the metrics. */
export interface LetterCounts {
  readonly byReason: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch of the oldest that is neither replayed nor parked; undefined without one. */
  readonly oldestOpenAt: number | undefined;
}

/** What is known of the dead letters, newest `max` of them, without anything of the events themselves. */
export class LetterIndex {
  private readonly texts: LetterTexts = {
    reasons: new Interned(NAME_BYTES),
    violations: new Interned(VIOLATIONS_BYTES),
    topics: new Interned(NAME_BYTES),
  };
  private readonly sets = new ViolationSets(this.texts.violations);
  private readonly read = letterReader(this.texts);
  private readonly partitions = new Map<number, LetterColumns>();
  /** By partition, where the topic begins and from where on its letters are here. */
  private readonly reach = new Map<number, { low: number; held: number }>();
  private count = 0;

  constructor(private readonly max: number) {}

  get length(): number {
    return this.count;
  }

  /** The letters of a partition come from this offset on; of those that came before, none counts any more. */
  begin(partition: number, offset: number): void {
    const columns = this.partitions.get(partition);
    if (columns) this.drop(columns, columns.length);
    this.reach.set(partition, { low: offset, held: offset });
  }

  /** Takes what was read of a partition, in the order of its offsets. */
  add(partition: number, records: readonly ReadRecord[], now = Date.now()): void {
    const columns = this.columnsOf(partition);
    for (const record of records) columns.add(this.read(record), now);
    this.count += records.length;
    while (this.count > this.max) this.dropOldest();
  }

  /** Letters below this offset are no longer in the topic. */
  dropBelow(partition: number, offset: number): void {
    const columns = this.partitions.get(partition);
    if (columns) this.drop(columns, columns.below('offset', offset));
    const reach = this.reach.get(partition);
    if (reach) reach.low = offset;
  }

  /** Offsets below the ends that the topic has and the index does not reach back to: so many letters, at most. */
  countNotHeld(ends: ReadonlyMap<number, number>): number {
    let count = 0;
    for (const [partition, { low, held }] of this.reach) {
      count += Math.max(0, Math.min(held, ends.get(partition) ?? 0) - low);
    }
    return count;
  }

  /** Notes that letters were replayed or parked; returns those that are not here. */
  mark(what: 'replayed' | 'parked', letters: readonly LetterPosition[]): readonly LetterPosition[] {
    return letters.filter((letter) => {
      const place = this.placeOf(letter);
      if (place) {
        const flag = what === 'replayed' ? REPLAYED : PARKED;
        place.chunk.flags[place.index] = (place.chunk.flags[place.index] ?? 0) | flag;
      }
      return !place;
    });
  }

  get(letter: LetterPosition): LetterSummary | undefined {
    const place = this.placeOf(letter);
    return place && this.summary({ ...place, partition: letter.partition });
  }

  /** Newest first, `keyHash` besides what the filter asks for. */
  list(filter: LetterFilter, { limit, after, keyHash }: ListOptions): ListedLetters {
    const test = toMatcher(filter, this.texts, this.sets);
    const matches: Matches =
      keyHash === undefined ? test : (chunk, index) => chunk.keyHash[index] === keyHash && test(chunk, index);
    const heads = [...this.partitions].map(
      ([partition, columns]) => new Backwards(partition, columns, matches, after),
    );
    const items: LetterSummary[] = [];
    const cursors: string[] = [];
    for (;;) {
      const newest = heads.reduce<Backwards | undefined>(
        (best, one) => (one.isAfter(best) ? one : best),
        undefined,
      );
      if (!newest?.head) return { items, cursors, nextCursor: null };
      const { head } = newest;
      items.push(this.summary(head));
      cursors.push(writeCursor(cursorOf(head)));
      newest.next();
      if (items.length < limit) continue;
      const isLast = heads.every(({ head: left }) => !left);
      return { items, cursors, nextCursor: isLast ? null : (cursors.at(-1) ?? null) };
    }
  }

  groups(filter: LetterFilter): readonly LetterGroup[] {
    return groupsOf(this.matching(filter), this.texts, this.sets);
  }

  /** How many match below the ends, if they are given. */
  countMatching(filter: LetterFilter, ends?: ReadonlyMap<number, number>): number {
    let count = 0;
    for (const { chunk, index, partition } of this.matching(filter)) {
      if (!ends || (chunk.offset[index] ?? 0) < (ends.get(partition) ?? 0)) count++;
    }
    return count;
  }

  /** Those that match below the ends, by where they came from and how often they were replayed; with some of them. */
  survey(filter: LetterFilter, ends: ReadonlyMap<number, number>, some: number): Omit<Survey, 'gone'> {
    const tally = new LetterTally();
    const sample: LetterSummary[] = [];
    for (const found of this.matching(filter)) {
      const { chunk, index, partition } = found;
      if ((chunk.offset[index] ?? 0) >= (ends.get(partition) ?? 0)) continue;
      const topic = this.texts.topics.text(chunk.topic[index] ?? 0);
      tally.add(topic === '' ? null : topic, chunk.replays[index] ?? 0);
      if (sample.length < some) sample.push(this.summary(found));
    }
    return { letters: tally.result(), sample };
  }

  /** Those that match, ordered by partition and offset, behind `after` and below the ends. */
  ascending(
    filter: LetterFilter,
    { after, ends, limit }: { after?: LetterPosition; ends: ReadonlyMap<number, number>; limit: number },
  ): readonly LetterPosition[] {
    const matches = toMatcher(filter, this.texts, this.sets);
    const found: LetterPosition[] = [];
    for (const partition of [...this.partitions.keys()].sort((a, b) => a - b)) {
      if (after && partition < after.partition) continue;
      const columns = this.columnsOf(partition);
      const from = after?.partition === partition ? columns.below('offset', after.offset + 1) : 0;
      const end = columns.below('offset', ends.get(partition) ?? 0);
      for (let number = from; number < end; number++) {
        const { chunk, index } = columns.place(number);
        if (!matches(chunk, index)) continue;
        found.push({ partition, offset: chunk.offset[index] ?? 0 });
        if (found.length >= limit) return found;
      }
    }
    return found;
  }

  counts(): LetterCounts {
    const byReason: number[] = [];
    let oldest = Infinity;
    for (const { chunk, index } of this.matching({})) {
      const reason = chunk.reason[index] ?? 0;
      byReason[reason] = (byReason[reason] ?? 0) + 1;
      if (chunk.flags[index] === 0) oldest = Math.min(oldest, chunk.failedAt[index] ?? Infinity);
    }
    const named = Object.entries(byReason).map(([id, count]) => [this.texts.reasons.text(Number(id)), count]);
    return {
      byReason: Object.fromEntries(named) as Record<string, number>,
      oldestOpenAt: oldest === Infinity ? undefined : oldest,
    };
  }

  private *matching(filter: LetterFilter): Generator<Found> {
    const matches = toMatcher(filter, this.texts, this.sets);
    for (const [partition, columns] of this.partitions) {
      for (let number = 0; number < columns.length; number++) {
        const { chunk, index } = columns.place(number);
        if (matches(chunk, index)) yield { chunk, index, partition };
      }
    }
  }

  private summary({ chunk, index, partition }: Found): LetterSummary {
    const flags = chunk.flags[index] ?? 0;
    const topic = this.texts.topics.text(chunk.topic[index] ?? 0);
    const origin = {
      topic,
      partition: chunk.partition[index] ?? -1,
      offset: chunk.originOffset[index] ?? -1,
    };
    return {
      partition,
      offset: chunk.offset[index] ?? 0,
      failedAt: toIso(chunk.failedAt[index] ?? -1),
      reason: this.texts.reasons.text(chunk.reason[index] ?? 0),
      rules: this.sets.get(chunk.violations[index] ?? 0),
      origin: topic === '' || origin.partition < 0 || origin.offset < 0 ? null : origin,
      replayCount: chunk.replays[index] ?? 0,
      replayed: (flags & REPLAYED) !== 0,
      parked: (flags & PARKED) !== 0,
    };
  }

  private placeOf({ partition, offset }: LetterPosition): Place | undefined {
    const columns = this.partitions.get(partition);
    const number = columns?.find(offset);
    return number === undefined ? undefined : columns?.place(number);
  }

  private columnsOf(partition: number): LetterColumns {
    let columns = this.partitions.get(partition);
    if (!columns) this.partitions.set(partition, (columns = new LetterColumns()));
    return columns;
  }

  /** Of the partition that has the oldest, as many as are older than all others; at least one. */
  private dropOldest(): void {
    const [first, second] = [...this.partitions].sort(([, a], [, b]) => a.oldestAt - b.oldestAt);
    if (!first) return;
    const [partition, oldest] = first;
    const older = second ? oldest.below('at', second[1].oldestAt) : oldest.length;
    const many = Math.min(this.count - this.max, Math.max(1, older));
    const { chunk, index } = oldest.place(many - 1);
    const reach = this.reach.get(partition);
    if (reach) reach.held = (chunk.offset[index] ?? 0) + 1;
    this.drop(oldest, many);
  }

  private drop(columns: LetterColumns, many: number): void {
    columns.drop(many);
    this.count -= many;
  }
}

interface ListedLetters extends LetterPage {
  /** Where the list goes on behind each of them. */
  readonly cursors: readonly string[];
}

interface ListOptions {
  readonly limit: number;
  /** Only what stands behind this in the list. */
  readonly after?: Cursor | undefined;
  readonly keyHash?: number | undefined;
}
