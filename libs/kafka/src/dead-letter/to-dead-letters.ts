import type { DeadLetterReason } from '@pipeline/contracts';
import type { DeadLettered, Deliverable, Failed, Outcome, Rejected } from '../outcome.js';
import type { InputRecord } from '../record.js';
import { deadLetterHeaders, type Origin, type Verdict } from './dead-letter-headers.js';

/** Every outcome as something that can be written: what is rejected or failed becomes a dead letter. */
export function toDeadLetters(
  records: readonly InputRecord[],
  outcomes: readonly Outcome[],
  origin: Origin,
  failedAt: Date,
): readonly Deliverable[] {
  return outcomes.map((outcome, index) => {
    switch (outcome.kind) {
      case 'processed':
      case 'dead-lettered':
        return outcome;
      case 'rejected':
        return deadLetter(records[index] as InputRecord, origin, {
          ...verdictOfRejection(outcome),
          failedAt,
        });
      case 'failed':
        return deadLetter(records[index] as InputRecord, origin, { ...verdictOfFailure(outcome), failedAt });
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
  deadLetter(record, origin, {
    ...verdictOfRejection({ reason: 'OUTPUT_TOO_LARGE', violations: [], attempts }),
    failedAt,
  });

const deadLetter = (record: InputRecord, origin: Origin, verdict: Verdict): DeadLettered => ({
  kind: 'dead-lettered',
  reason: verdict.reason,
  headers: deadLetterHeaders(record, origin, verdict),
});

/** Error names for readers of the Spring and Connect headers, and a text where there are no violations. */
const EXCEPTIONS: Partial<Record<DeadLetterReason, { name: string; message: string }>> = {
  MALFORMED_JSON: { name: 'MalformedJsonError', message: 'the value is not JSON in UTF-8' },
  VALIDATION_FAILED: { name: 'ValidationError', message: 'the event breaks a rule' },
  OUTPUT_TOO_LARGE: { name: 'OutputTooLargeError', message: 'the processed event does not fit its topic' },
};

function verdictOfRejection({
  reason,
  violations,
  attempts = 1,
}: Omit<Rejected, 'kind'>): Omit<Verdict, 'failedAt'> {
  const { name, message } = EXCEPTIONS[reason] ?? { name: reason, message: 'the event was rejected' };
  const rules = violations.map(({ field, rule }) => (field === '' ? rule : `${field}: ${rule}`));
  return {
    reason,
    violations,
    attempts,
    exception: { name, message: rules.length > 0 ? rules.join(', ') : message },
  };
}

function verdictOfFailure({ error, passing, attempts = 1 }: Failed): Omit<Verdict, 'failedAt'> {
  return {
    reason: passing ? 'RETRIES_EXHAUSTED' : 'PROCESSING_FAILED',
    violations: [],
    attempts,
    exception: { name: error.name, message: error.message },
  };
}
