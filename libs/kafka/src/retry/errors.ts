/** Throw this for what another try cannot mend: the event goes to the dead letters at once. */
export class PermanentError extends Error {
  override readonly name: string = 'PermanentError';
}

/** Throw this for what may be well again soon: the event is tried again. */
export class PassingError extends Error {
  override readonly name: string = 'PassingError';
}

/** The asynchronous work on one event did not end in time: it is not tried again. */
export class EventTimeoutError extends PermanentError {
  override readonly name = 'EventTimeoutError';

  constructor(readonly ms: number) {
    super(`not done within ${String(ms)} ms`);
  }
}

/** A mistake in the code fails in the same way every time. */
const PROGRAMMING_ERRORS = [TypeError, RangeError, ReferenceError, SyntaxError];

/**
 * Whether another try may help. Errors that say nothing of themselves count as passing, as in the error
 * handlers of other Kafka frameworks; programming errors do not.
 */
export function isPassing(error: Error): boolean {
  if (error instanceof PassingError) return true;
  if (error instanceof PermanentError) return false;
  return !PROGRAMMING_ERRORS.some((type) => error instanceof type || error.name === type.name);
}

/** Whatever was thrown, as an Error. */
export const toError = (thrown: unknown): Error =>
  thrown instanceof Error ? thrown : new Error('a value that is not an Error was thrown', { cause: thrown });
