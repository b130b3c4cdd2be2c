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
  const generator = new LoginGenerator(seed, 0);
  const now = new Date();
  return Array.from({ length: count }, (_, number) => {
    const { value } = generator.next(now);
    const key = keyOf(number);
    const spoil = INVALID_KINDS[Math.floor(number / INVALID_EVERY) % INVALID_KINDS.length];
    if (number % INVALID_EVERY > 0 || !spoil) return { key, value, valid: true };
    return { key, value: spoil(JSON.parse(value.toString())), valid: false };
  });
}
