import type { Letter } from './letters.js';

/** What is done to many dead letters. */
export interface Operation {
  readonly id: string;
  readonly kind: 'replay' | 'park' | 'purge';
  readonly state: 'running' | 'paused' | 'cancelled' | 'done' | 'failed';
  readonly actor: string;
  /** Whether the actor is proven by a signature. */
  readonly verified: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Letters, as counted at the beginning. */
  readonly total: number;
  /** Letters replayed, parked or deleted. */
  readonly done: number;
  readonly parked: number;
  /** Gone meanwhile, too large for their target, or not to be replayed. */
  readonly refused: number;
  /** Letters a second. */
  readonly rate: number;
  /** Null: the topic that each came from. */
  readonly target: string | null;
  /** Times are in ms since 1970. */
  readonly filter: Readonly<Record<string, unknown>> | null;
  /** How many were chosen by hand. */
  readonly selected: number | null;
  /** Of a purge: what was written before this time, ISO 8601. */
  readonly before: string | null;
  /** The instance that was at it last. */
  readonly runner: string | null;
  /** Why it failed; former versions do not tell. */
  readonly problem?: string | null;
}

/** What an operation would do. */
export interface Preview {
  readonly count: number;
  /** Of these, how many go to the parking topic. */
  readonly parked: number;
  readonly sample: readonly Letter[];
  /** Topics that are written to. */
  readonly target: string;
  /** What is not done, and why. */
  readonly refused: readonly string[];
}
