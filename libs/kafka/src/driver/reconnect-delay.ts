import { abortableDelay } from '../abort.js';

const DELAYS_MS = [200, 500, 1_000];
const LONGEST_MS = 2_000;

/** Waits before a broker that cannot be reached is tried again; `attempt` counts the failures before this one. */
export const reconnectDelay = (attempt: number, signal: AbortSignal): Promise<void> =>
  abortableDelay(DELAYS_MS[attempt] ?? LONGEST_MS, signal);
