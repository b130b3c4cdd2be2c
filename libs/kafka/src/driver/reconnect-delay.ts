import { abortableDelay } from '../abort.js';
import { accessFailure } from './security/access-failure.js';

const DELAYS_MS = [200, 500, 1_000];
const LONGEST_MS = 2_000;
/** What lacks access is seldom mended within seconds, and who fails often is locked out. */
const ACCESS_DELAYS_MS = [1_000, 3_000, 10_000];
const LONGEST_ACCESS_MS = 30_000;

/** Milliseconds until what failed of access is tried again; `attempt` counts the failures before this one. */
export const accessDelayMs = (attempt: number): number => ACCESS_DELAYS_MS[attempt] ?? LONGEST_ACCESS_MS;

/** Waits before a broker that cannot be used is tried again; `attempt` counts the failures before this one. */
export const reconnectDelay = (attempt: number, error: unknown, signal: AbortSignal): Promise<void> =>
  abortableDelay(accessFailure(error) ? accessDelayMs(attempt) : (DELAYS_MS[attempt] ?? LONGEST_MS), signal);
