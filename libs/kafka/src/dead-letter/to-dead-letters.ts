import type { DeadLetterReason } from '@pipeline/contracts';
import type { DeadLettered, Deferred, Deliverable, Failed, Outcome, Rejected } from '../outcome.js';
import type { InputRecord, OutgoingHeaders } from '../record.js';
import { EventTimeoutError } from '../retry/errors.js';
import { retryHeaders } from '../retry/retry-headers.js';
import type { RetryTopic } from '../retry/retry-topics.js';
import { replayHeaders } from './replay.js';
import {
  carriedHeaders,
  formerLifeOf,
  LetterHeaders,
  type Origin,
  type Verdict,
} from './dead-letter-headers.js';

/** Where a batch was read from, and where what fails for a passing reason goes on to. */
export interface Source extends Origin {
  /** Undefined for the last retry topic, and without any. */
  readonly nextRetry?: RetryTopic | undefined;
}

/**
 * Every outcome as something that can be written: what failed for a passing reason waits in the next retry topic
 * where there is one; what is rejected or failed otherwise becomes a dead letter.
 */
export function toDeadLetters(
  records: readonly InputRecord[],
  outcomes: readonly Outcome[],
  origin: Source,
  failedAt: Date,
): readonly Deliverable[] {
  const letters = new BatchLetters(origin, failedAt);
  return outcomes.map((outcome, index) => {
    switch (outcome.kind) {
      case 'processed':
      case 'dead-lettered':
      case 'deferred':
        return outcome;
      case 'rejected':
        return letters.rejected(records[index] as InputRecord, outcome);
      case 'failed':
        return outcome.passing && origin.nextRetry
          ? deferred(records[index] as InputRecord, outcome, origin, origin.nextRetry, failedAt)
          : letters.givenUp(records[index] as InputRecord, outcome);
      default:
        return outcome satisfies never;
    }
  });
}

/** A processed event whose output does not fit its topic. */
export const outputTooLarge = (
  record: InputRecord,
  attempts: number,
  origin: Origin,
  failedAt: Date,
): DeadLettered =>
  letterOf(
    record,
    origin,
    verdictOfRejection({ reason: 'OUTPUT_TOO_LARGE', violations: [], attempts }, failedAt),
  );

/** A record that failed and is not tried again. */
export const givenUp = (record: InputRecord, failure: Failed, origin: Origin, failedAt: Date): DeadLettered =>
  letterOf(record, origin, verdictOfFailure(failure, failedAt));

const letterOf = (record: InputRecord, origin: Origin, verdict: Verdict): DeadLettered =>
  deadLetter(verdict.reason, new LetterHeaders(origin, verdict).of(record));

/** On a bad day a batch has many dead letters, nearly all for the same few reasons. */
class BatchLetters {
  private readonly headers = new Map<string, LetterHeaders>();

  constructor(
    private readonly origin: Origin,
    private readonly failedAt: Date,
  ) {}

  rejected(record: InputRecord, rejected: Rejected): DeadLettered {
    const { reason, violations, attempts } = rejected;
    const key = JSON.stringify([reason, attempts, violations]);
    const headers = this.headers.get(key) ?? this.add(key, verdictOfRejection(rejected, this.failedAt));
    return deadLetter(reason, headers.of(record));
  }

  givenUp(record: InputRecord, failure: Failed): DeadLettered {
    const verdict = verdictOfFailure(failure, this.failedAt);
    const key = JSON.stringify(verdict);
    const headers = this.headers.get(key) ?? this.add(key, verdict);
    return deadLetter(verdict.reason, headers.of(record));
  }

  private add(key: string, verdict: Verdict): LetterHeaders {
    const headers = new LetterHeaders(this.origin, verdict);
    this.headers.set(key, headers);
    return headers;
  }
}

const deadLetter = (reason: DeadLetterReason, headers: OutgoingHeaders): DeadLettered => ({
  kind: 'dead-lettered',
  reason,
  headers,
});

function deferred(
  record: InputRecord,
  failure: Failed,
  origin: Origin,
  { topic, delayMs }: RetryTopic,
  failedAt: Date,
): Deferred {
  const { error, attempts = 1 } = failure;
  const { first, replay } = formerLifeOf(record, origin);
  const wait = {
    groupId: origin.groupId,
    attempts: first.attempts + attempts,
    dueAt: failedAt.getTime() + delayMs,
    error,
  };
  const headers = [
    ...carriedHeaders(record),
    ...(replay ? replayHeaders(replay) : []),
    ...retryHeaders(first, wait),
  ];
  return { kind: 'deferred', topic, headers, failure };
}

/** Error names for readers of the Spring and Connect headers, and a text where there are no violations. */
const EXCEPTIONS: Partial<Record<DeadLetterReason, { name: string; message: string }>> = {
  MALFORMED_JSON: { name: 'MalformedJsonError', message: 'the value is not JSON in UTF-8' },
  VALIDATION_FAILED: { name: 'ValidationError', message: 'the event breaks a rule' },
  OUTPUT_TOO_LARGE: { name: 'OutputTooLargeError', message: 'the processed event does not fit its topic' },
};

function verdictOfRejection(
  { reason, violations, attempts = 1 }: Omit<Rejected, 'kind'>,
  failedAt: Date,
): Verdict {
  const { name, message } = EXCEPTIONS[reason] ?? { name: reason, message: 'the event was rejected' };
  const rules = violations.map(({ field, rule }) => (field === '' ? rule : `${field}: ${rule}`));
  return {
    reason,
    violations,
    attempts,
    exception: { name, message: rules.length > 0 ? rules.join(', ') : message },
    failedAt,
  };
}

function verdictOfFailure({ error, passing, attempts = 1 }: Failed, failedAt: Date): Verdict {
  return {
    reason: reasonOfFailure(error, passing),
    violations: [],
    attempts,
    exception: { name: error.name, message: error.message },
    failedAt,
  };
}

function reasonOfFailure(error: Error, passing: boolean): DeadLetterReason {
  if (error instanceof EventTimeoutError) return 'EVENT_TIMEOUT';
  return passing ? 'RETRIES_EXHAUSTED' : 'PROCESSING_FAILED';
}
