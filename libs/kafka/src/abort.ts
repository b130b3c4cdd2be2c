/** Resolves after `ms`, at once when that time has passed already or the signal is aborted. Never rejects. */
export function abortableDelay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.max(0, ms));
    signal.addEventListener('abort', done, { once: true });
  });
}

const RETRY_MS = 1_000;

/**
 * Tries once a second until the attempt succeeds or the signal is aborted. For work whose failures, a broker
 * away or a rebalance, are told by the connection's own events.
 */
export async function untilSuccess(attempt: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await untilAborted(attempt(), signal);
      return;
    } catch {
      await abortableDelay(RETRY_MS, signal);
    }
  }
}

/** The work was given up because its signal was aborted. */
export class AbortedError extends Error {
  override readonly name = 'AbortedError';
}

/**
 * The promise's own result, or an AbortedError as soon as the signal is aborted. The work itself may go on
 * for a while; what it ends in is then ignored.
 */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new AbortedError(String(signal.reason)));
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/** The work did not end in time. It may still go on. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** The promise's own result, or a DeadlineError after `ms`. What the work ends in later is ignored. */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  const ended = await withTimeLimit(work, ms);
  if (!ended) throw new DeadlineError(`not done within ${String(ms)} ms`);
  return work;
}

/** Waits for the work, at most `ms`; true when it ended in time. Failures of the work count as an end. */
export async function withTimeLimit(work: Promise<unknown>, ms: number): Promise<boolean> {
  const limit = new AbortController();
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, abortableDelay(ms, limit.signal).then(() => false)]);
  } finally {
    // With a reason: without one, Node.js makes an error with its stack each time.
    limit.abort('done');
  }
}
