import { escapeSome, jsonText, nameText, space } from './random-json.mjs';

/**
 * @typedef {import('./random-json.mjs').Random} Random
 * An object as a list of its fields; names and values are JSON texts.
 * @typedef {{ name: string, value: string }[]} Fields
 */

/** At and beyond the edges of the rules. @type {Record<string, unknown[]>} */
const DOUBTFUL = {
  user_id: ['', ' ', null, 0, [], {}, '0', '\u0000', 'x'.repeat(5_000)],
  device_type: ['', null, false, ['android'], 'ANDROID'],
  app_version: [
    ...['2', 'v2', 'V2', '2.0', '2.0.0', '1.9.9', '1.99999999999', '10.0.0', '02.0.0', '2.00.0', '2.0.0.0'],
    ...[
      '2.0.0-beta',
      '2.0.1-beta',
      '2.0.0-',
      '2.0.0-a..b',
      '2.0.0-01',
      '2.0.0+01',
      '2.1.0-x.7.z.92',
      '3-rc.1',
    ],
    ...['', ' 2.0.0', '2.0.0\n', '２.0.0', '-2.0.0', '2,0', '2.', '.2', 'v', 'latest', '1e1', '0x2'],
    ...['9007199254740991.0.0', '9007199254740992.0.0', `2.0.${'9'.repeat(400)}`, `2.0.0-${'a'.repeat(300)}`],
    ...[null, 2, 2.5, ['2.0.0']],
  ],
  ip: [
    ...[
      '0.0.0.0',
      '0.0.0.1',
      '9.255.255.255',
      '10.0.0.0',
      '10.255.255.255',
      '11.0.0.0',
      '127.0.0.1',
      '128.0.0.1',
    ],
    ...['169.253.255.255', '169.254.0.0', '169.255.0.0', '172.15.255.255', '172.16.0.0', '172.31.255.255'],
    ...[
      '172.32.0.0',
      '192.167.255.255',
      '192.168.0.0',
      '192.169.0.0',
      '255.255.255.255',
      '256.1.1.1',
      '1.2.3',
    ],
    ...['010.1.1.1', '1.2.3.4.5', '0x7f.0.0.1', '2130706433', ' 1.2.3.4', '1.2.3.4 ', '1.2.3.٤', '1.2.3.-4'],
    ...[
      '::',
      '::1',
      '::2',
      '0:0:0:0:0:0:0:1',
      '::ffff:10.0.0.1',
      '::ffff:8.8.8.8',
      '::ffff:0a00:1',
      '::10.0.0.1',
    ],
    ...['::0.0.0.1', '::ffff:0.0.0.0', '0::ffff:7f00:1', 'fbff::1', 'fc00::', 'fdff::1', 'fe00::', 'fe7f::1'],
    ...[
      'fe80::1',
      'febf::',
      'fec0::',
      'FE80::1%eth0',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8',
      '12345::',
    ],
    ...[
      '1:2:3:4:5:6:7::',
      '1::2:3:4:5:6:7:8',
      '64:ff9b::10.0.0.1',
      '1:2:3:4:5:6:1.2.3.4',
      '[::1]',
      '2001:db8::g',
    ],
    ...['', null, 1, ['1.2.3.4']],
  ],
  locale: [
    '',
    null,
    1,
    true,
    [],
    'İ',
    'ẞß',
    'ΣΑΣ',
    '\ud800A',
    '\u{10400}',
    'ǅ',
    'K',
    'DE-at',
    '\u0130\u0307',
  ],
  device_id: ['', null, 0, {}, '\uffff'],
  timestamp: ['0', null, true, 0, -1, 1.5, 2 ** 53, [1]],
};
/** Numbers in spellings that JSON.stringify never gives. */
const TIMESTAMPS = [
  '-0',
  '1.0',
  '1e3',
  '15e-1',
  '1e400',
  '1694479551.0000000',
  '10000000000000000000001',
  '1E-400',
];

/** @param {Fields} fields @param {Random} random */
const place = (fields, random) => random.below(fields.length + 1);

/** @type {Record<string, (fields: Fields, random: Random) => void>} */
const MUTATIONS = {
  doubtful(fields, random) {
    const name = random.pick(Object.keys(DOUBTFUL));
    const value =
      name === 'timestamp' && random.next() < 0.5
        ? random.pick(TIMESTAMPS)
        : JSON.stringify(random.pick(DOUBTFUL[name] ?? [null]));
    const field = fields.find((one) => one.name === `"${name}"`);
    if (field) field.value = value;
    else fields.push({ name: `"${name}"`, value });
  },
  replace(fields, random) {
    if (fields.length > 0) random.pick(fields).value = jsonText(random);
  },
  add(fields, random) {
    fields.splice(place(fields, random), 0, { name: nameText(random), value: jsonText(random) });
  },
  addMany(fields, random) {
    for (let count = 2 + random.below(12); count > 0; count--) MUTATIONS.add?.(fields, random);
  },
  double(fields, random) {
    if (fields.length === 0) return;
    const { name, value } = random.pick(fields);
    const other = random.next() < 0.5 ? value : jsonText(random, 1);
    fields.splice(place(fields, random), 0, {
      name: random.next() < 0.5 ? name : escapeSome(name, random),
      value: other,
    });
  },
  remove(fields, random) {
    fields.splice(random.below(fields.length), 1);
  },
  escapeNames(fields, random) {
    for (const field of fields) field.name = escapeSome(field.name, random);
  },
  escapeValue(fields, random) {
    if (fields.length === 0) return;
    const field = random.pick(fields);
    if (field.value.startsWith('"')) field.value = escapeSome(field.value, random);
  },
  shuffle(fields, random) {
    for (let at = fields.length - 1; at > 0; at--) {
      fields.splice(random.below(at + 1), 0, ...fields.splice(at, 1));
    }
  },
  wrap(fields, random) {
    const [name, inner] = [nameText(random), write(fields, random)];
    const further = random.next() < 0.5 ? { name, value: inner } : { name, value: `[${inner}]` };
    if (random.next() < 0.2) fields.length = 0;
    fields.push(further);
  },
};

const KINDS = Object.keys(MUTATIONS);

/** @param {Fields} fields changed in place @param {Random} random @returns {string} what was done */
export function mutateFields(fields, random) {
  // Most of the rules are met at their edges.
  const kind = random.next() < 0.2 ? 'doubtful' : random.pick(KINDS);
  MUTATIONS[kind]?.(fields, random);
  return kind;
}

/** @param {Fields} fields @param {Random} random */
export function write(fields, random) {
  // White space in all places, or in none, as most programs do.
  const gap = random.next() < 0.2 ? () => space(random) : () => '';
  const parts = fields.map(({ name, value }) => `${gap()}${name}${gap()}:${gap()}${value}${gap()}`);
  return `${gap()}{${gap()}${parts.join()}}${gap()}`;
}
