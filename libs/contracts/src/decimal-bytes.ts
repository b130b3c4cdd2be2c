const MINUS = 0x2d;
/** Stands between the parts of versions and addresses. */
export const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;

/** The index behind a number without leading zeros; `start` where there is none. */
export function passNumber(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isDigit(bytes[at] as number)) at++;
  return at > start + 1 && bytes[start] === ZERO ? start : at;
}

/** The same, with a minus sign allowed. */
export function passInteger(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start;
  const after = passNumber(bytes, first, end);
  return after === first ? start : after;
}

/** The value of so many digits, exact for 15 of them. */
export function numberAt(bytes: Uint8Array, start: number, after: number): number {
  let value = 0;
  for (let at = start; at < after; at++) value = value * 10 + (bytes[at] as number) - ZERO;
  return value;
}

export const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;
