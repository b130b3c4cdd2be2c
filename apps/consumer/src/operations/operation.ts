import type { LetterFilter, LetterPosition } from '../dead-letters/letter.js';

export const OPERATION_KINDS = ['replay', 'park', 'purge'] as const;
export type OperationKind = (typeof OPERATION_KINDS)[number];

export const OPERATION_STATES = ['running', 'paused', 'cancelled', 'done', 'failed'] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

/** What an operator wants of an operation. */
export type Wish = 'run' | 'pause' | 'cancel';

/** What is to be done, and whether. */
export interface Order {
  readonly id: string;
  readonly kind: OperationKind;
  readonly actor: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Letters, as they were counted at the beginning. */
  readonly total: number;
  /** Letters a second. */
  readonly rate: number;
  /** Null: the topic that each came from. */
  readonly target: string | null;
  /** Either these letters, by partition and offset … */
  readonly selection: readonly LetterPosition[] | null;
  /** … or those that match, below `ends`. */
  readonly filter: LetterFilter | null;
  /** By partition, behind the last letter that there was at the beginning. */
  readonly ends: readonly LetterPosition[];
  /** Of a purge: what was written to the topic before this time, ISO 8601. */
  readonly before: string | null;
  readonly wish: Wish;
}

/** How far an operation is. Written in one transaction with what it tells of. */
export interface Progress {
  readonly id: string;
  /** The instance that is at it. */
  readonly runner: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly replayed: number;
  readonly parked: number;
  /** Gone, not to be replayed to where they came from, or too large. */
  readonly refused: number;
  /** The last letter that is behind it, by partition and offset. */
  readonly cursor: LetterPosition | null;
  readonly ended: 'done' | 'failed' | null;
  /** Why it failed. */
  readonly problem: string | null;
}

/** A replay by filter, of which one goes on at a time, in the order of the topic. */
export const isSweep = ({ kind, filter }: Pick<Order, 'kind' | 'filter'>): boolean =>
  kind === 'replay' && filter !== null;

/** What became of some letters in one transaction. */
export interface Done {
  readonly id: string;
  /** Tells them apart: their number within the operation. */
  readonly part: number;
  readonly at: number;
  readonly replayed: readonly LetterPosition[];
  readonly parked: readonly LetterPosition[];
}

/** A key that proves replays. */
export interface ProofKey {
  readonly id: string;
  /** Base64. */
  readonly secret: string;
}

/** An operation as it is shown. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly actor: string;
  /** The order is signed with the secret of this group. */
  readonly verified: boolean;
  readonly createdAt: string;
  readonly total: number;
  readonly done: number;
  readonly parked: number;
  readonly refused: number;
  readonly rate: number;
  readonly target: string | null;
  readonly filter: LetterFilter | null;
  readonly selected: number | null;
  readonly before: string | null;
  readonly runner: string | null;
  /** Why it failed, where that is known. */
  readonly problem: string | null;
}
