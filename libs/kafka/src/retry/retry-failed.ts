import { ExponentialBackoff, fullJitterGenerator, type IBackoff } from 'cockatiel';
import { AbortedError, abortableDelay } from '../abort.js';
import type { Outcome } from '../outcome.js';
import { isolateFailures } from './isolate-failures.js';

export interface RetryOptions {
  /** Calls in all, the first included. */
  readonly limit: number;
  /** Milliseconds: the upper bound of the first wait. */
  readonly initialDelayMs: number;
  /** Milliseconds: the upper bound of every wait. */
  readonly maxDelayMs: number;
  /** Whether the time for all records is over: no more than the call in hand and its further tries follow then. */
  readonly isOverdue?: () => boolean;
  /** Told before each further call. */
  readonly onRetry?: (retry: { records: number; attempt: number }) => void;
}

type Handle<R> = (records: readonly R[]) => Promise<readonly Outcome[]>;

/**
 * Calls `handle` with all records, then again with just those that failed for a passing reason, after waits
 * of exponential backoff with full jitter, until none is left or the limit is reached. The outcomes come in
 * the order of the records; what was called again tells its number of calls. Where `handle` stops after the first
 * records, or time is over before all that failed were called again, the outcomes are those of the first records.
 * @throws AbortedError at once when the signal is aborted during a wait
 */
export async function retryFailed<R>(
  records: readonly R[],
  handle: Handle<R>,
  options: RetryOptions,
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  const outcomes = [...(await call(records, handle, 1))];
  let backoff: IBackoff<unknown> = fullJitter(options).next();
  for (let attempt = 2; attempt <= options.limit; attempt++, backoff = backoff.next(undefined)) {
    // Not by flatMap, which makes an array for each outcome; nearly always none has failed.
    const failed: number[] = [];
    outcomes.forEach((outcome, index) => {
      if (isPassingFailure(outcome)) failed.push(index);
    });
    if (failed.length === 0) break;
    await abortableDelay(backoff.duration, signal);
    if (signal.aborted) throw new AbortedError('retries ended');
    options.onRetry?.({ records: failed.length, attempt });
    for (let done = 0; done < failed.length;) {
      const some = failed.slice(done);
      const again = await call(pick(records, some), handle, attempt);
      again.forEach((outcome, position) => (outcomes[some[position] ?? 0] = outcome));
      done += again.length;
      const next = failed[done];
      if (next !== undefined && options.isOverdue?.()) {
        outcomes.length = next;
        break;
      }
    }
  }
  return outcomes;
}

async function call<R>(
  records: readonly R[],
  handle: Handle<R>,
  attempt: number,
): Promise<readonly Outcome[]> {
  const outcomes = await isolateFailures(records, handle);
  if (outcomes.length === 0 || outcomes.length > records.length) {
    throw new TypeError(`a handler returned ${outcomes.length} outcomes for ${records.length} records`);
  }
  return attempt === 1 ? outcomes : outcomes.map((outcome) => ({ ...outcome, attempts: attempt }));
}

const isPassingFailure = (outcome: Outcome): boolean => outcome.kind === 'failed' && outcome.passing;

const pick = <R>(records: readonly R[], indices: readonly number[]): R[] =>
  indices.map((index) => records[index] as R);

const fullJitter = ({ initialDelayMs, maxDelayMs }: RetryOptions) =>
  new ExponentialBackoff({
    generator: fullJitterGenerator,
    initialDelay: initialDelayMs,
    maxDelay: maxDelayMs,
  });
