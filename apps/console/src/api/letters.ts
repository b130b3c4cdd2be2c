/** What the API answers of dead letters. */

export interface LetterPosition {
  /** Of the dead-letter topic. */
  readonly partition: number;
  readonly offset: number;
}

export interface Letter extends LetterPosition {
  /** ISO 8601. */
  readonly failedAt: string | null;
  /** Empty where another program wrote the record. */
  readonly reason: string;
  readonly rules: readonly { readonly field: string; readonly rule: string }[];
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
  /** How often it had been replayed before it died again. */
  readonly replayCount: number;
  readonly replayed: boolean;
  readonly parked: boolean;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface LetterPage extends Page<Letter> {
  readonly index: { readonly state: 'building' | 'ready'; readonly indexed: number; readonly total: number };
}

export interface LetterGroup {
  readonly reason: string;
  readonly rule: string | null;
  readonly count: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
}

type Encoding = 'utf8' | 'base64' | 'integer';

export interface LetterDetail extends Letter {
  readonly timestamp: string | null;
  readonly key: string | null;
  readonly keyEncoding: Encoding;
  readonly value: string | null;
  readonly valueEncoding: Encoding;
  readonly headers: readonly {
    readonly name: string;
    readonly text: string | null;
    readonly encoding: Encoding;
  }[];
  readonly violations: readonly { readonly field: string; readonly rule: string; readonly message: string }[];
  readonly attempts: number | null;
  readonly replays: readonly Replay[];
  /** Personal data is left out: the role may not see it. */
  readonly masked: boolean;
}

interface Replay {
  readonly operation: string;
  readonly at: string;
  readonly outcome: 'replayed' | 'parked';
}
