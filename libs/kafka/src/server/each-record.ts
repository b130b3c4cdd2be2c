import { AbortedError } from '../abort.js';
import type { Outcome } from '../outcome.js';
import type { InputRecord } from '../record.js';
import { isPassing, toError } from '../retry/errors.js';
import type { BatchContext } from './batch-context.js';
import { mapConcurrently } from './map-concurrently.js';

/**
 * Handles records one by one, with up to the transport's concurrency of them in progress. What is thrown for one
 * fails that one alone: programming errors and a PermanentError for good, the rest is tried again. When
 * processing takes long the outcomes are those of the first records only; the others are fetched again.
 * @throws AbortedError
 */
export function handleEachRecord(
  records: readonly InputRecord[],
  context: BatchContext,
  handle: (record: InputRecord) => Promise<Outcome>,
): Promise<readonly Outcome[]> {
  const handleOne = async (record: InputRecord): Promise<Outcome> => {
    try {
      return await handle(record);
    } catch (thrown) {
      return failed(thrown);
    }
  };
  return mapConcurrently(records, context.concurrency, context.signal, handleOne, () => context.isOverdue);
}

/** The outcome of a record whose handling threw this. @throws AbortedError when it was given up */
export function failed(thrown: unknown): Outcome {
  const error = toError(thrown);
  if (error instanceof AbortedError) throw error;
  return { kind: 'failed', error, passing: isPassing(error) };
}
