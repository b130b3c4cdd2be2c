import { LoginGenerator } from '../../tools/lib/generator.mjs';

const SEED = 42;

/**
 * @typedef {{ count: number, invalidRatio?: number, valueBytes?: number }} EventOptions
 *   `valueBytes` pads every JSON object to about that size by a field that no rule knows
 */

/** Login events, the same at every run but for their time; one after the other, to save memory. @param {EventOptions} options */
export function* events({ count, invalidRatio = 0.05, valueBytes }) {
  const generator = new LoginGenerator(SEED, invalidRatio);
  const now = new Date();
  for (let made = 0; made < count; made++) {
    const event = generator.next(now);
    yield valueBytes === undefined ? event : { ...event, value: pad(event.value, valueBytes) };
  }
}

/** @param {Buffer} value @param {number} size */
function pad(value, size) {
  const text = value.toString('latin1');
  const missing = size - text.length - ',"note":""'.length;
  if (!text.endsWith('}') || missing <= 0) return value;
  return Buffer.from(`${text.slice(0, -1)},"note":"${'x'.repeat(missing)}"}`, 'latin1');
}
