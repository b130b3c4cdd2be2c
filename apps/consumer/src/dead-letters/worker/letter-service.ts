import {
  describeError,
  RecordLookup,
  TopicReader,
  type FoundRecord,
  type Kafka,
  type ReadBatch,
} from '@pipeline/kafka';
import type { Done } from '../../operations/operation.js';
import { decodeFact } from '../../operations/operation-record.js';
import { subjectOf } from '../../operations/replay-rules.js';
import { LetterTally } from '../index/letter-tally.js';
import { ReplayHistory } from '../index/replay-history.js';
import { hashOf } from '../index/interned.js';
import { readCursor } from '../index/cursor.js';
import { LetterIndex } from '../index/letter-index.js';
import type {
  IndexState,
  LetterFilter,
  LetterPage,
  LetterPosition,
  LetterReplay,
  LetterSummary,
  StoredLetter,
  Survey,
} from '../letter.js';
import { inOrder, nameOf } from '../letter-position.js';
import { DutyCycle } from './duty-cycle.js';
import type {
  LetterCalls,
  LetterChoice,
  PageOptions,
  SearchOptions,
  StoredLetters,
  WorkerOptions,
} from './letter-calls.js';

/** Large fetches cost less for each letter; the bytes of one are in memory at once. */
const FETCH_BYTES = 2_097_152;
/** Of letters in one answer: each may be as large as the topic takes, and is in memory some times over. */
const MOST_BYTES = 2_097_152;
/** How many letters a search reads before it looks at the clock. */
const SEARCH_STEP = 200;
const SEARCH_MS = 2_000;

export interface LetterServiceOptions extends Pick<WorkerOptions, 'max' | 'share' | 'operations'> {
  readonly topic: string;
}

/** Letters that were replayed and are not in the index yet: they come within a moment, or never. */
const MOST_PENDING = 100_000;
const SAMPLE = 5;

/** Reads the DLQ topic into an index, follows it, and answers questions about it. */
export class LetterService implements LetterCalls {
  private readonly index: LetterIndex;
  private readonly lookup: RecordLookup;
  private readonly history = new ReplayHistory();
  private readonly positions = new Map<number, number>();
  private pending: Record<LetterReplay['outcome'], readonly LetterPosition[]> = { replayed: [], parked: [] };
  private isReady = false;
  private areMarksKnown = false;
  private marksUpTo = 0;
  private expected = 0;
  private problem: string | null = null;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: LetterServiceOptions,
  ) {
    this.index = new LetterIndex(options.max);
    this.lookup = new RecordLookup(kafka, options.topic, this.positions);
  }

  /** Reads until `signal` is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { topic, max, share } = this.options;
    const duty = new DutyCycle(share);
    const reader = new TopicReader(
      this.kafka,
      { topic, last: max, fetchBytes: FETCH_BYTES },
      {
        onStart: (letters) => (this.expected = Math.min(max, letters)),
        onBatch: async (batch) => {
          this.take(batch);
          if (!this.isReady) await duty.rest(signal);
        },
        onTrouble: (error) => (this.problem = describeError(error)),
        onReadable: () => (this.problem = null),
        // Marks need letters to be set on.
        onEnd: () => void this.followOperations(signal),
      },
    );
    await reader.run(signal);
    await this.lookup.close();
  }

  private async followOperations(signal: AbortSignal): Promise<void> {
    const { topic, group, secret } = this.options.operations;
    const ready = () => (this.isReady = true);
    const reader = new TopicReader(
      this.kafka,
      { topic },
      {
        onBatch: ({ records, nextOffset, partition }) => {
          if (partition === 0) this.marksUpTo = Number(nextOffset);
          for (const { key, value } of records) {
            if (!key || !value) continue;
            const decoded = decodeFact(group, { key, value }, secret);
            if (decoded.is === 'fact' && decoded.fact.is === 'done') this.note(decoded.fact.done);
          }
        },
        onEnd: () => {
          this.areMarksKnown = true;
          ready();
        },
        // Without it all letters are there, only what was done with them is not known.
        onTrouble: ready,
      },
    );
    await reader.run(signal);
  }

  private note(done: Done): void {
    this.history.add(done);
    for (const outcome of ['replayed', 'parked'] as const) this.mark(outcome, done[outcome]);
  }

  private mark(outcome: LetterReplay['outcome'], letters: readonly LetterPosition[]): void {
    const missing = this.index.mark(outcome, [...this.pending[outcome], ...letters]);
    // What the reader of the letters has passed is not there any more.
    const expected = missing.filter(
      ({ partition, offset }) => offset >= (this.positions.get(partition) ?? 0),
    );
    this.pending[outcome] = expected.slice(-MOST_PENDING);
  }

  state(): IndexState {
    const indexed = this.index.length;
    return {
      state: this.isReady ? 'ready' : 'building',
      indexed,
      total: this.isReady ? indexed : Math.max(indexed, this.expected),
      problem: this.problem,
    };
  }

  list(filter: LetterFilter, { limit, cursor }: PageOptions): LetterPage {
    const { items, nextCursor } = this.index.list(filter, { limit, after: afterOf(cursor) });
    return { items, nextCursor };
  }

  groups(filter: LetterFilter) {
    return this.index.groups(filter);
  }

  async search(filter: LetterFilter, { key, text, limit, cursor }: SearchOptions): Promise<LetterPage> {
    const wanted = { key: key === undefined ? undefined : Buffer.from(key), text: text ?? '' };
    const keyHash = wanted.key && hashOf(wanted.key, 0, wanted.key.length);
    const end = performance.now() + SEARCH_MS;
    const items: LetterSummary[] = [];
    for (let after = cursor; ;) {
      const page = this.index.list(filter, { limit: SEARCH_STEP, after: afterOf(after), keyHash });
      const names = new Set<string>();
      for await (const { found } of this.lookup.read(inOrder(page.items))) {
        for (const one of found) if (isWanted(one.record, wanted)) names.add(nameOf(one));
      }
      for (const [at, item] of page.items.entries()) {
        if (!names.has(nameOf(item))) continue;
        items.push(item);
        if (items.length === limit) return { items, nextCursor: page.cursors[at] ?? null };
      }
      if (page.nextCursor === null || performance.now() > end) return { items, nextCursor: page.nextCursor };
      after = page.nextCursor;
    }
  }

  get(letter: LetterPosition): LetterSummary | undefined {
    return this.index.get(letter);
  }

  below(ends: ReadonlyMap<number, number>): number {
    return this.index.countMatching({}, ends) + this.index.countNotHeld(ends);
  }

  marks(): number | undefined {
    return this.areMarksKnown ? this.marksUpTo : undefined;
  }

  ends(): ReadonlyMap<number, number> {
    return this.positions;
  }

  ascending(...args: Parameters<LetterCalls['ascending']>): readonly LetterPosition[] {
    return this.index.ascending(...args);
  }

  async records(letters: readonly LetterPosition[]): Promise<StoredLetters> {
    const stored: StoredLetter[] = [];
    let bytes = 0;
    for await (const { found, left } of this.lookup.read(inOrder(letters))) {
      for (const one of found) {
        const letter = toStored(one);
        bytes += sizeOf(letter);
        stored.push(letter);
      }
      if (bytes >= MOST_BYTES) return { letters: stored, left };
    }
    return { letters: stored, left: 0 };
  }

  counts() {
    return this.index.counts();
  }

  async survey(choice: LetterChoice): Promise<Survey> {
    if ('filter' in choice) return { ...this.index.survey(choice.filter, choice.ends, SAMPLE), gone: 0 };
    // The index may not reach back to all of them.
    const tally = new LetterTally();
    const sample: LetterSummary[] = [];
    let count = 0;
    for await (const { found } of this.lookup.read(inOrder(choice.selection))) {
      for (const letter of found) {
        const { topic, replayCount } = subjectOf(letter.record);
        tally.add(topic, replayCount);
        const known = this.index.get(letter);
        if (known && sample.length < SAMPLE) sample.push(known);
      }
      count += found.length;
    }
    return { letters: tally.result(), gone: choice.selection.length - count, sample };
  }

  replays(letter: LetterPosition): readonly LetterReplay[] {
    return this.history.of(letter);
  }

  private take({ partition, records, position, nextOffset, startOffset }: ReadBatch): void {
    // Where the topic was made anew, its offsets begin anew.
    if (Number(position) < (this.positions.get(partition) ?? Infinity)) {
      this.index.begin(partition, Number(position));
    }
    this.index.add(partition, records);
    this.index.dropBelow(partition, Number(startOffset));
    this.positions.set(partition, Number(nextOffset));
    for (const outcome of ['replayed', 'parked'] as const) {
      if (this.pending[outcome].length > 0) this.mark(outcome, []);
    }
  }
}

const afterOf = (cursor: string | undefined) => (cursor === undefined ? undefined : readCursor(cursor));

/** The index has compared the hash of the key only. */
function isWanted(
  { key, value }: FoundRecord['record'],
  wanted: { readonly key: Buffer | undefined; readonly text: string },
): boolean {
  if (wanted.key && !(key && wanted.key.equals(key))) return false;
  return wanted.text === '' || (value?.includes(wanted.text) ?? false);
}

/** Copied out of what was fetched, which would else go to the other thread as a whole. */
const toStored = ({ partition, offset, record }: FoundRecord): StoredLetter => ({
  partition,
  offset,
  timestamp: record.timestampMs,
  key: record.key && new Uint8Array(record.key),
  value: record.value && new Uint8Array(record.value),
  headers: record.headers.map(([name, value]) => [name, value && new Uint8Array(value)]),
});

const sizeOf = ({ key, value, headers }: StoredLetter): number =>
  headers.reduce(
    (sum, [name, content]) => sum + name.length + (content?.length ?? 0),
    (key?.length ?? 0) + (value?.length ?? 0),
  );
