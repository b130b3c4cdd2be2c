import { errorCode } from './error-code.js';
import { tryAgain } from './try-again.js';

/** Between looks at a position that an open transaction moves. */
const WAITS_MS = [10, 20, 50, 100, 200, 300, 300];

/** Whether a transaction is open that moves the position which was asked for. */
export const isUnstable = (error: unknown): boolean => errorCode(error) === 'UNSTABLE_OFFSET_COMMIT';

/** Asks for a position until no open transaction moves it, for a second. @throws what `ask` throws in the end */
export const whenStable = <T>(ask: () => Promise<T>): Promise<T> => tryAgain(ask, isUnstable, WAITS_MS);
