/**
 * Why an event is a dead letter (header `dlq.reason`). The first three are the event's fault; then handling
 * it failed for a passing reason too often, or for good, or did not end in time.
 */
export type DeadLetterReason =
  | 'MALFORMED_JSON'
  | 'VALIDATION_FAILED'
  | 'OUTPUT_TOO_LARGE'
  | 'RETRIES_EXHAUSTED'
  | 'PROCESSING_FAILED'
  | 'EVENT_TIMEOUT';
