import { AbortedError } from '../abort.js';
import type { Outcome } from '../outcome.js';
import { isPassing, toError } from './errors.js';

/**
 * Calls a handler of batches. Where it throws what another try would not mend, the records are handed to it in
 * halves, so that the error fails just the records that cause it; the others are handed to it more than once.
 * @throws AbortedError, and errors that pass: those say nothing of a single record
 */
export async function isolateFailures<R>(
  records: readonly R[],
  handle: (records: readonly R[]) => Promise<readonly Outcome[]>,
): Promise<readonly Outcome[]> {
  try {
    return await handle(records);
  } catch (thrown) {
    const error = toError(thrown);
    if (error instanceof AbortedError || isPassing(error)) throw error;
    if (records.length <= 1) return [{ kind: 'failed', error, passing: false }];
    const middle = Math.ceil(records.length / 2);
    const first = await isolateFailures(records.slice(0, middle), handle);
    // A handler may stop after some records; what it did not begin is not to be skipped.
    if (first.length < middle) return first;
    return [...first, ...(await isolateFailures(records.slice(middle), handle))];
  }
}
