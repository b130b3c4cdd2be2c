import { setTimeout as delay } from 'node:timers/promises';

/** Tries again after each of the waits while what is thrown is passing. @throws what the last attempt throws */
export async function tryAgain<T>(
  attempt: () => Promise<T>,
  isPassing: (error: unknown) => boolean,
  waitsMs: readonly number[],
): Promise<T> {
  for (const waitMs of waitsMs) {
    try {
      return await attempt();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await delay(waitMs);
    }
  }
  return attempt();
}
