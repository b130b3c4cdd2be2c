/** The last time that a date of JavaScript can be. */
const LAST_TIME = 8.64e15;

export const toIso = (ms: number): string | null =>
  ms >= 0 && ms <= LAST_TIME ? new Date(ms).toISOString() : null;
