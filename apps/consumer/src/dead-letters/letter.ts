/** Where a dead letter stands in the DLQ topic. */
export interface LetterPosition {
  readonly partition: number;
  readonly offset: number;
}

/** What a list shows of a dead letter: nothing of the event itself. */
export interface LetterSummary extends LetterPosition {
  /** ISO 8601; null where neither letter nor record tells. */
  readonly failedAt: string | null;
  /** Empty where another program wrote the record. */
  readonly reason: string;
  readonly rules: readonly { readonly field: string; readonly rule: string }[];
  /** Where it was read from in its first life; null where the letter does not tell. */
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
  /** How often it had been replayed before it died again. */
  readonly replayCount: number;
  /** It has been replayed since. */
  readonly replayed: boolean;
  readonly parked: boolean;
}

/** Which dead letters; everything that is given has to hold. */
export interface LetterFilter {
  readonly reason?: string | undefined;
  readonly rule?: string | undefined;
  readonly field?: string | undefined;
  /** Failed at this time or later, in milliseconds since the epoch. */
  readonly from?: number | undefined;
  /** Failed before this time. */
  readonly to?: number | undefined;
  readonly topic?: string | undefined;
  readonly partition?: number | undefined;
  readonly offset?: number | undefined;
  readonly replayed?: boolean | undefined;
}

/** Dead letters of one reason that break one rule. A letter that breaks several is counted in each. */
export interface LetterGroup {
  readonly reason: string;
  /** Null for letters without a broken rule. */
  readonly rule: string | null;
  readonly count: number;
  readonly firstAt: string | null;
  readonly lastAt: string | null;
}

export interface LetterPage {
  readonly items: readonly LetterSummary[];
  /** Goes on behind the last one; null at the end. */
  readonly nextCursor: string | null;
}

export interface IndexState {
  /** `building` until everything has been read that stood in the topic at the beginning. */
  readonly state: 'building' | 'ready';
  /** Letters that can be found. */
  readonly indexed: number;
  /** Letters to be found when it is ready; an estimate until then. */
  readonly total: number;
  /** Why the topic cannot be read now; null while it can. */
  readonly problem: string | null;
}

/** A dead letter as it stands in the topic. */
export interface StoredLetter extends LetterPosition {
  /** Milliseconds since the epoch, -1 without one. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array | null])[];
}

/** Letters that go to the same topic by the same rule, see `decide`. */
export interface SurveyedLetters {
  /** The topic of their first life; null where they do not tell. */
  readonly topic: string | null;
  readonly replayCount: number;
  readonly count: number;
}

/** What an operation would be about. */
export interface Survey {
  readonly letters: readonly SurveyedLetters[];
  /** Chosen ones that are not in the topic, or no longer. */
  readonly gone: number;
  /** A few of them. */
  readonly sample: readonly LetterSummary[];
}

/** One time that a letter was replayed or parked. */
export interface LetterReplay {
  readonly operation: string;
  readonly at: string;
  readonly outcome: 'replayed' | 'parked';
}
