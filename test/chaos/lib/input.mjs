import { INVALID_KINDS, LoginGenerator } from '../../../tools/lib/generator.mjs';
import { keyOf } from './oracle.mjs';

/** Every so many events one is invalid. */
const INVALID_EVERY = 20;

/**
 * Input events from a seed, by number. The invalid ones go through all ways to be invalid, one after the other:
 * broken rules, broken JSON, bytes that are not UTF-8, nothing at all.
 * @param {number} seed
 * @param {number} count
 */
export function inputEvents(seed, count) {
  const events = endlessEvents(seed);
  return Array.from({ length: count }, () => events.next().value);
}

/**
 * The same, without an end.
 * @param {number} seed
 * @returns {Generator<{ key: Buffer, value: Buffer, valid: boolean }, never>}
 */
export function* endlessEvents(seed) {
  const generator = new LoginGenerator(seed, 0);
  const now = new Date();
  for (let number = 0; ; number++) {
    const { value } = generator.next(now);
    const key = keyOf(number);
    const spoil = INVALID_KINDS[Math.floor(number / INVALID_EVERY) % INVALID_KINDS.length];
    if (number % INVALID_EVERY > 0 || !spoil) yield { key, value, valid: true };
    else yield { key, value: spoil(JSON.parse(value.toString())), valid: false };
  }
}
