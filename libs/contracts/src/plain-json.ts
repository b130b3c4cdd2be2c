import { isDigit, passInteger } from './decimal-bytes.js';

// Finds its way in the bytes of JSON that is plainly spelled: field names of letters, digits and underscores, texts
// without escapes, integers, no spaces in between. What passes something gives the index behind it, which is where
// it started if there was nothing of the kind. At `end` stands a byte that is part of nothing: the last brace.

const SPACE = 0x20;
export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const COLON = 0x3a;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
export const OPEN = 0x7b;
export const CLOSE = 0x7d;

const LITERALS = ['null', 'true', 'false'].map((text) => Buffer.from(text));

/** Names that begin with a letter: JavaScript keeps these in their order, and none of them means `__proto__`. */
export function passName(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && isInName(bytes[at] as number, at === start)) at++;
  return at;
}

function isInName(byte: number, isFirst: boolean): boolean {
  const letter = byte | 0x20;
  if (letter >= 0x61 && letter <= 0x7a) return true;
  return !isFirst && (byte === UNDERSCORE || isDigit(byte));
}

/** A text with its quotes, an integer, true, false or null. */
export function passValue(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === QUOTE) {
    const quote = passCharacters(bytes, start + 1, end);
    return quote < end && bytes[quote] === QUOTE ? quote + 1 : start;
  }
  // No closure here: it would cost an object for every value.
  for (const literal of LITERALS) if (isAt(bytes, start, literal)) return start + literal.length;
  return passInteger(bytes, start, end);
}

/** Passes those that stand in a text as they are: all but quotes, backslashes and controls. */
function passCharacters(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === QUOTE || byte === BACKSLASH || byte < SPACE) break;
  }
  return at;
}

/** Whether the bytes from `at` on begin with these. */
export function isAt(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
  for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
  return true;
}

/** Changes letters to lower case where they are; false at the first one beyond ASCII, whose lower case takes a table. */
export function lowerAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x80) return false;
    if (byte >= 0x41 && byte <= 0x5a) bytes[at] = byte + 0x20;
  }
  return true;
}
