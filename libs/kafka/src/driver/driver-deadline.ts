import { withDeadline } from '../abort.js';

/** Less than STALL_TIMEOUT's default: a call that never ends is no reason to restart the process. */
export const DRIVER_DEADLINE_MS = 45_000;

/**
 * Bounds a wait for the driver, which has calls that never end when brokers fail in an unlucky moment; a
 * partition would wait behind them for ever. @throws DeadlineError, or what the work throws
 */
export const withDriverDeadline = <T>(work: Promise<T>): Promise<T> => withDeadline(work, DRIVER_DEADLINE_MS);
