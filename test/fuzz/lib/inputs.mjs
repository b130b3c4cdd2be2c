import { LoginGenerator, Random } from '../../../tools/lib/generator.mjs';
import { mutateBytes } from './mutate-bytes.mjs';
import { mutateFields, write } from './mutate-fields.mjs';

/** The same at every run. */
const NOW = new Date('2026-01-02T03:04:05Z');
const INVALID_RATIO = 0.05;
/** Values made before, to be crossed with. */
const KEPT = 64;
/** What is appended to something again and again would grow without end; what is longer does not fit the topics. */
const LONGEST = 400_000;

const HEADER_NAMES = [
  ...[
    'trace',
    'Trace',
    'a',
    '',
    ' ',
    '7',
    '__proto__',
    'constructor',
    'héllo',
    '\u{1F600}',
    'n.',
    'x'.repeat(300),
  ],
  ...['dlq.reason', 'dlq.violations', 'dlq.', 'dlq', 'DLQ.reason', 'kafka_dlt-original-offset', 'kafka_dlt-'],
  ...['__connect.errors.topic', '__connect.errors.', 'retry.attempts', 'retry', 'kafka_dltx', 'content-type'],
];

/** Mutated login events, their keys and headers, from a seed. */
export class Inputs {
  #random;
  #generator;
  /** @type {Buffer[]} */
  #kept = [];
  #count = 0;

  /** @param {number} seed */
  constructor(seed) {
    this.#random = new Random(seed);
    this.#generator = new LoginGenerator(seed, INVALID_RATIO);
  }

  /** @returns {import('./judge.mjs').Sent} */
  next() {
    const random = this.#random;
    const { key, value: base, valid } = this.#generator.next(NOW);
    /** @type {string[]} */
    const made = [];
    const value = this.#value(base, valid, made);
    if (value && value.length < LONGEST / 10) this.#kept[random.below(KEPT)] = value;
    return { key: this.#key(key), value, headers: this.#headers(this.#count++), made };
  }

  /** @param {Buffer} base @param {boolean} valid @param {string[]} made what was done to it */
  #value(base, valid, made) {
    const random = this.#random;
    const chance = random.next();
    if (chance < 0.01) return null;
    let value = base;
    if (valid && chance < 0.9) {
      const event = /** @type {object} */ (JSON.parse(String(base)));
      const fields = Object.entries(event).map(([name, one]) => ({
        name: JSON.stringify(name),
        value: JSON.stringify(one),
      }));
      for (let count = random.below(4); count > 0; count--) made.push(mutateFields(fields, random));
      const mutated = Buffer.from(write(fields, random));
      if (mutated.length <= LONGEST) value = mutated;
    }
    const times = random.next() < 0.25 ? 1 + random.below(3) : 0;
    for (let count = times; count > 0; count--) {
      const [kind, mutated] = mutateBytes(value, random, this.#kept[random.below(KEPT)] ?? base);
      if (mutated.length > LONGEST) break;
      made.push(kind);
      value = mutated;
    }
    return value;
  }

  /** @param {Buffer} key */
  #key(key) {
    const random = this.#random;
    const chance = random.next();
    if (chance < 0.6) return key;
    if (chance < 0.8) return null;
    if (chance < 0.85) return Buffer.alloc(0);
    return Buffer.from(random.hex(2 * random.below(random.pick([4, 40, 1_000]))), 'hex');
  }

  /** @param {number} number @returns {import('./judge.mjs').Header[]} */
  #headers(number) {
    const random = this.#random;
    /** @type {import('./judge.mjs').Header[]} */
    const headers = [['n', Buffer.from(String(number))]];
    if (random.next() < 0.5) return headers;
    for (let count = random.below(5); count > 0; count--) {
      // kcat shows a header's value up to its first zero.
      const bytes = Buffer.from(random.hex(2 * random.below(20)), 'hex').map((byte) => byte || 1);
      headers.push([random.pick(HEADER_NAMES), random.next() < 0.15 ? null : Buffer.from(bytes)]);
    }
    return headers;
  }
}
