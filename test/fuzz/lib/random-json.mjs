/** @typedef {InstanceType<typeof import('../../../tools/lib/generator.mjs').Random>} Random */

/** JSON in every spelling, by chance. All functions give texts. */

/** @param {Random} random @param {number} length */
const digits = (random, length) => {
  let text = String(1 + random.below(9));
  while (text.length < length) text += String(random.below(10));
  return text;
};

const NUMBERS = [
  '0',
  '-0',
  '-0.0',
  '1.0',
  '1e0',
  '1E+2',
  '1e400',
  '-1e-400',
  '9007199254740993',
  '18446744073709551616',
  '-9223372036854775808',
  '0.1000',
  '1694479551.0',
  '1.00000000000000000001',
  '4.9e-324',
  '1.7976931348623157e308',
];

/** @param {Random} random */
function numberText(random) {
  const sign = random.next() < 0.2 ? '-' : '';
  const lengths = [1, 3, 10, 16, 17, 20, 40, 300, 800];
  switch (random.below(6)) {
    case 0:
      return random.pick(NUMBERS);
    case 1:
      return `${sign}${digits(random, random.pick(lengths))}`;
    case 2:
      return `${sign}${random.below(100)}.${'0'.repeat(random.below(30))}${digits(random, random.pick(lengths))}`;
    case 3:
      return `${sign}${digits(random, 1 + random.below(30))}${random.pick(['e', 'E'])}${random.pick(['', '+', '-'])}${digits(random, 1 + random.below(4))}`;
    case 4:
      return `${sign}${digits(random, 3)}.${digits(random, 5)}e${random.pick(['', '-'])}${digits(random, 60)}`;
    default:
      return String(random.below(2 ** 31));
  }
}

/** Pieces of strings, as they may stand between quotes. */
const PIECES = [
  'a',
  'user_id',
  ' ',
  '0',
  ':1.0,',
  '{"a":1}'.replaceAll('"', '\\"'),
  '\\"',
  '\\\\',
  '\\/',
  '\\n\\t\\r\\b\\f',
  '\\u0000',
  '\\ud800',
  '\\udc00\\ud800',
  '\\ud83d\\ude00',
  '\\u00e9',
  '\\u0022',
  '\u007f\u0080\u009f',
  '\u2028\u2029',
  '\ufeff',
  '\uffff\ufffe',
  'e\u0301',
  '\u{1F468}\u200D\u{1F469}\u200D\u{1F467}',
  '\u{10FFFF}',
  '\u202Eabc\u202C',
  'İSTANBUL',
  'ΟΔΥΣΣΕΎΣ',
  'ẞ',
  '\u{10400}',
  'DŽ',
  '١٢٣',
  '${jndi:x}',
  '%s%n',
];

/** @param {Random} random */
function stringText(random) {
  let text = '';
  for (let count = random.below(5); count > 0; count--) {
    const code = random.below(0x10000);
    const unit = `\\u${code.toString(16).padStart(4, '0')}`;
    text += random.pick([random.pick(PIECES), random.pick(PIECES), unit, 'x'.repeat(random.below(60))]);
  }
  return `"${text}"`;
}

/** Names that programs take for their own, and those of the event. */
const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'toJSON',
  'then',
  'length',
  '',
  '0',
  '7',
  '-1',
  '4294967295',
  '$data',
  '$ref',
  // These cannot be written without escapes.
  '\\',
  '"',
  '\n',
  '\ud800',
  'a\\b',
  'a"b',
  'processed_at',
  'user_id',
  'app_version',
  'device_type',
  'ip',
  'locale',
  'device_id',
  'timestamp',
];

/** @param {Random} random */
export function nameText(random) {
  if (random.next() < 0.3) return stringText(random);
  const name = JSON.stringify(random.pick(NAMES));
  return random.next() < 0.2 ? escapeSome(name, random) : name;
}

/** The same string, some of its letters as escapes. @param {string} text @param {Random} random */
export const escapeSome = (text, random) =>
  text.replace(/(?<!\\)[a-z_]/g, (letter) =>
    random.next() < 0.3 ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter,
  );

/** @param {Random} random @returns {string} */
export const space = (random) => (random.next() < 0.9 ? '' : random.pick([' ', '\n', '\t', '\r\n', '   ']));

/** @param {Random} random @param {number} [levels] at most @returns {string} */
export function jsonText(random, levels = 4) {
  const kind = random.next() < 0.03 ? 7 : random.below(levels > 0 ? 7 : 5);
  if (kind < 2) return numberText(random);
  if (kind < 4) return stringText(random);
  if (kind === 4) return random.pick(['true', 'false', 'null']);
  if (kind === 7) return nested(random);
  const items = Array.from({ length: random.below(4) }, () => {
    const item = `${space(random)}${jsonText(random, levels - 1)}${space(random)}`;
    return kind === 5 ? item : `${space(random)}${nameText(random)}${space(random)}:${item}`;
  });
  return kind === 5 ? `[${items.join()}]` : `{${items.join()}}`;
}

/** Few are very deep, or nothing else would be written. @param {Random} random */
function levelsOf(random) {
  const chance = random.next();
  if (chance < 0.002) return 50_000;
  if (chance < 0.05) return 300 + random.below(4_700);
  return 1 + random.below(150);
}

/** @param {Random} random */
function nested(random) {
  const levels = levelsOf(random);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"":', '}]'],
    ['{"__proto__":', '}'],
    ['[0,', ']'],
  ]);
  const core = random.pick(['0', '""', '{}', '[]', 'null', numberText(random)]);
  return `${open.repeat(levels)}${core}${close.repeat(levels)}`;
}
