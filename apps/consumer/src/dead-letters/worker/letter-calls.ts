import type { KafkaConfig } from '../../config.js';
import type { LetterCounts } from '../index/letter-index.js';
import type {
  IndexState,
  LetterFilter,
  LetterGroup,
  LetterPage,
  LetterPosition,
  LetterReplay,
  LetterSummary,
  StoredLetter,
  Survey,
} from '../letter.js';

export interface PageOptions {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** What cannot be seen from the index, and is looked for in the letters themselves. */
export interface SearchOptions extends PageOptions {
  readonly key?: string | undefined;
  /** Anywhere in the value. */
  readonly text?: string | undefined;
}

/** What the worker thread does for others. */
export interface LetterCalls {
  state(): IndexState;
  list(filter: LetterFilter, options: PageOptions): LetterPage;
  groups(filter: LetterFilter): readonly LetterGroup[];
  /** A page may have fewer than `limit`, also none, and go on: a search gives up after some time. */
  search(filter: LetterFilter, options: SearchOptions): Promise<LetterPage>;
  get(letter: LetterPosition): LetterSummary | undefined;
  /** Letters below the ends; of those that the index does not reach back to, at most so many. */
  below(ends: ReadonlyMap<number, number>): number;
  /** What has been read of the topic of operations; undefined while it is not known what was replayed before. */
  marks(): number | undefined;
  /** Behind what has been read of each partition. */
  ends(): ReadonlyMap<number, number>;
  ascending(
    filter: LetterFilter,
    options: { after?: LetterPosition; ends: ReadonlyMap<number, number>; limit: number },
  ): readonly LetterPosition[];
  /** As many of them as are not too much for one answer, at least one. */
  records(letters: readonly LetterPosition[]): Promise<StoredLetters>;
  counts(): LetterCounts;
  /** What an operation over these letters would be about. */
  survey(choice: LetterChoice): Promise<Survey>;
  /** When a letter was replayed or parked, the first time first. */
  replays(letter: LetterPosition): readonly LetterReplay[];
}

export interface StoredLetters {
  /** Ordered by partition and offset, without those that are gone. */
  readonly letters: readonly StoredLetter[];
  /** How many have not been looked for: the last ones in this order. */
  readonly left: number;
}

/** Single letters, or those that match, below `ends`. */
export type LetterChoice =
  | { readonly selection: readonly LetterPosition[] }
  | { readonly filter: LetterFilter; readonly ends: ReadonlyMap<number, number> };

export type LetterMethod = keyof LetterCalls;

export interface Call {
  readonly id: number;
  readonly method: LetterMethod;
  readonly args: readonly unknown[];
}

/** `error` is fit for a log line. */
export type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly error: string };

/** What the worker is started with. */
export interface WorkerOptions {
  readonly config: KafkaConfig;
  /** Letters in memory; the newest ones. */
  readonly max: number;
  /** Of one core, while the index is built. */
  readonly share: number;
  /** Where it is written down what was replayed. */
  readonly operations: {
    readonly topic: string;
    readonly group: string;
    readonly secret: string | undefined;
  };
}
