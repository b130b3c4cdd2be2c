import type { DeadLetterReason, Violation } from '@pipeline/contracts';
import type { KafkaHeader, OutgoingHeaders } from './record.js';

/** What handlers and retries make of one record. */
interface Handled {
  /** Calls of the handler so far; 1 when absent. */
  readonly attempts?: number;
}

/** The event was good; `value` is what goes to the output topic, a text in UTF-8. */
export interface Processed extends Handled {
  readonly kind: 'processed';
  readonly value: Buffer | string;
}

/** The event is at fault: it goes to the dead letters at the first attempt. */
export interface Rejected extends Handled {
  readonly kind: 'rejected';
  readonly reason: DeadLetterReason;
  /** Every broken rule; messages never quote values. */
  readonly violations: readonly Violation[];
}

/** Handling the event failed; `passing` failures are tried again, others are not. */
export interface Failed extends Handled {
  readonly kind: 'failed';
  readonly error: Error;
  readonly passing: boolean;
}

/** A dead letter, ready to be written: the record's own key and value under these headers. */
export interface DeadLettered {
  readonly kind: 'dead-lettered';
  readonly reason: DeadLetterReason;
  /** The record's own, then those of the letter. */
  readonly headers: OutgoingHeaders;
}

/** A record that waits in a retry topic before it is handled again. */
export interface Deferred extends Handled {
  readonly kind: 'deferred';
  readonly topic: string;
  /** Those of the record, then those of the retry; the last one may be left out. */
  readonly headers: readonly KafkaHeader[];
  /** What made it wait, for the dead letter that it becomes where it does not fit the retry topic. */
  readonly failure: Failed;
}

/** What became of one record. Handlers return the first three; the DLQ interceptor makes the others. */
export type Outcome = Processed | Rejected | Failed | DeadLettered | Deferred;

/** What the transport can write. */
export type Deliverable = Processed | DeadLettered | Deferred;

export const processed = (value: Buffer | string): Processed => ({ kind: 'processed', value });

export const rejected = (reason: DeadLetterReason, violations: readonly Violation[]): Rejected => ({
  kind: 'rejected',
  reason,
  violations,
});
