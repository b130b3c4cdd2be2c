const COMPACT = /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;
const ISO_8601 = /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;
const SECONDS = /^()()()(\d{1,9})$/;

export const LONGEST_MS = 30 * 24 * 60 * 60 * 1_000;

/**
 * Reads how long something shall last: `15m`, `90s`, `1h30m`, ISO 8601 (`PT15M`, `P1DT12H`), or plain seconds, as a
 * text or as a number.
 *
 * @returns milliseconds, more than 0 and at most 30 days; `undefined` for anything else
 *
 * @publicApi
 */
export function parseDuration(given: unknown): number | undefined {
  const text = typeof given === 'number' ? String(given) : given;
  if (typeof text !== 'string') return undefined;
  const parts = SECONDS.exec(text) ?? COMPACT.exec(text) ?? ISO_8601.exec(text);
  if (!parts) return undefined;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part || 0)) as [
    number,
    number,
    number,
    number,
  ];
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
  return ms > 0 && ms <= LONGEST_MS ? ms : undefined;
}
