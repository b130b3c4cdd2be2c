import type { Letter } from './letters.js';

export type OperationKind = 'replay' | 'park' | 'purge';
export type OperationState = 'running' | 'paused' | 'cancelled' | 'done' | 'failed';

/** What is done to many dead letters. */
export interface Operation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly actor: string;
  readonly verified?: boolean;
  /** ISO 8601. */
  readonly createdAt: string;
  /** Letters. */
  readonly total: number;
  readonly done: number;
  readonly parked: number;
  readonly refused?: number;
  /** Letters a second. */
  readonly rate: number;
  /** Null: the topic that each came from. */
  readonly target: string | null;
  readonly filter: Readonly<Record<string, unknown>> | null;
  /** How many were chosen by hand; null where a filter chose. */
  readonly selected?: number | null;
  readonly before?: string | null;
  /** The instance that is at it. */
  readonly runner: string | null;
}

/** What an operation would do. */
export interface Preview {
  readonly count: number;
  readonly sample?: readonly Letter[];
  readonly target?: string | null;
  readonly refused?: readonly (string | { readonly reason: string; readonly count?: number })[];
}
