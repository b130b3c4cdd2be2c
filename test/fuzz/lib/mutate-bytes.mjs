/** @typedef {import('./random-json.mjs').Random} Random */

const INTERESTING = [
  ...['00', '0a', '20', '22', '27', '2c', '2d', '30', '3a', '5b', '5c', '5d', '7b', '7d', '7f', '80', 'bf'],
  ...['c0af', 'c3', 'c3a9', 'e280a8', 'eda080', 'efbbbf', 'efbfbf', 'f09f9880', 'f4908080', 'fe', 'ff'],
].map((hex) => Buffer.from(hex, 'hex'));

/** Texts that are nearly JSON. */
const NEARLY = [
  ...[
    '\ufeff',
    '\u00a0',
    '\u2028',
    '\v',
    '\f',
    '/**/',
    '//\n',
    ',',
    'NaN',
    'Infinity',
    'undefined',
    '+1',
    '01',
  ],
  ...[
    '.5',
    '1.',
    '0x1f',
    '1e',
    '1_000',
    "'a'",
    '"\\x"',
    '"\\u12"',
    '"\n"',
    '"\\u{1F600}"',
    ',]',
    ',}',
    '}{',
    '\0',
  ],
];

/** @param {Buffer} bytes @param {number} start @param {number} end @param {Buffer} middle */
const splice = (bytes, start, end, middle) =>
  Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(end)]);

/** @param {Buffer} bytes @param {Random} random */
function someOf(bytes, random) {
  const start = random.below(bytes.length + 1);
  return { start, end: Math.min(bytes.length, start + 1 + random.below(random.pick([1, 4, 30]))) };
}

/** The other is a value that was made before. @type {Record<string, (bytes: Buffer, random: Random, other: Buffer) => Buffer>} */
const MUTATIONS = {
  flipBits(bytes, random) {
    const flipped = Buffer.from(bytes);
    for (let count = 1 + random.below(3); count > 0 && bytes.length > 0; count--) {
      const at = random.below(bytes.length);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
    }
    return flipped;
  },
  insert(bytes, random) {
    const { start } = someOf(bytes, random);
    return splice(bytes, start, start, random.pick(INTERESTING));
  },
  overwrite(bytes, random) {
    const { start, end } = someOf(bytes, random);
    return splice(bytes, start, end, random.pick(INTERESTING));
  },
  delete(bytes, random) {
    const { start, end } = someOf(bytes, random);
    return splice(bytes, start, end, Buffer.alloc(0));
  },
  repeat(bytes, random) {
    const { start, end } = someOf(bytes, random);
    const times = random.pick([1, 2, 50]);
    return splice(bytes, end, end, Buffer.concat(Array(times).fill(bytes.subarray(start, end))));
  },
  truncate: (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  behead: (bytes, random) => bytes.subarray(random.below(bytes.length + 1)),
  crossOver(bytes, random, other) {
    const tail = other.subarray(random.below(other.length + 1));
    return Buffer.concat([bytes.subarray(0, random.below(bytes.length + 1)), tail]);
  },
  append: (bytes, _random, other) => Buffer.concat([bytes, other]),
  nearly(bytes, random) {
    const text = Buffer.from(random.pick(NEARLY));
    const { start, end } = someOf(bytes, random);
    return random.pick([
      Buffer.concat([text, bytes]),
      Buffer.concat([bytes, text]),
      splice(bytes, start, end, text),
    ]);
  },
  noise: (_bytes, random) => Buffer.from(random.hex(2 * random.below(64)), 'hex'),
};

const KINDS = Object.keys(MUTATIONS);

/**
 * @param {Buffer} bytes @param {Random} random @param {Buffer} other
 * @returns {[kind: string, mutated: Buffer]}
 */
export function mutateBytes(bytes, random, other) {
  const kind = random.pick(KINDS);
  return [kind, MUTATIONS[kind]?.(bytes, random, other) ?? bytes];
}
