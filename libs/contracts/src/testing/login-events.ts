import fc from 'fast-check';

/** Any UTF-16 code unit, also halves of pairs and control characters. */
export const utf16Unit = fc.nat(0xffff).map((code) => String.fromCharCode(code));

/** Text versions from 2.0.0 on, in every form that is allowed. */
const validVersion = fc.oneof(
  fc.tuple(fc.integer({ min: 2, max: 99 }), fc.nat(), fc.nat(9)).map((parts) => parts.join('.')),
  fc.constantFrom('2', 'v2', '2.0', 'v3.1', '10.0.0', '2.0.1-beta.2', '3-rc.1', '2.0.0+build.5', 'v2.0.0'),
);

const publicIp = fc.oneof(
  fc.tuple(fc.integer({ min: 11, max: 99 }), fc.nat(255), fc.nat(255), fc.nat(255)).map((p) => p.join('.')),
  fc.constantFrom('100.64.0.1', '224.0.0.1', '255.255.255.255', '192.0.2.1', '172.32.0.1', '0.0.0.1'),
  fc.nat(0xffff).map((group) => `2001:db8:${group.toString(16)}::1`),
  fc.constantFrom('::ffff:8.8.8.8', 'ff02::1', '::8.8.8.8', '2001:DB8::A', '64:ff9b::10.0.0.1'),
);

const text = fc.oneof(fc.string({ minLength: 1 }), fc.uuid(), fc.string({ unit: utf16Unit, minLength: 1 }));
const orNull = <T>(valid: fc.Arbitrary<T>) => fc.option(valid, { freq: 10 });

/** Every field with what its rules allow. */
const VALID_FIELDS = {
  user_id: text,
  app_version: validVersion,
  device_type: text,
  ip: orNull(publicIp),
  locale: orNull(fc.string()),
  device_id: orNull(fc.string()),
  timestamp: orNull(fc.oneof(fc.nat(), fc.maxSafeInteger(), fc.constantFrom(-0, 1e20, -1e300))),
};

const REQUIRED = ['user_id', 'app_version', 'device_type'] as const;

/** Names that hurt programs which take them for their own. */
const awkwardName = fc.constantFrom('__proto__', 'constructor', 'toString', 'processed_at', '', '$data', '1');

const furtherFields = fc.dictionary(fc.oneof(fc.string(), awkwardName), fc.jsonValue({ maxDepth: 2 }), {
  maxKeys: 3,
});

/** Events that break no rule of a policy with minimum version 2.0.0. */
export const validEvent: fc.Arbitrary<object> = fc
  .tuple(furtherFields, fc.record(VALID_FIELDS, { requiredKeys: [...REQUIRED] }))
  .map(([further, event]) => ({ ...further, ...event }));

const plainText = fc.oneof(fc.uuid(), fc.stringMatching(/^[ !#-[\]-~]{1,20}$/));

/** JSON as programs write it, of valid events without escapes and nesting, their fields in any order. */
export const plainEvent: fc.Arbitrary<string> = fc
  .record(
    {
      ...VALID_FIELDS,
      user_id: plainText,
      device_type: plainText,
      locale: orNull(fc.stringMatching(/^[A-Za-z]{2}(-[A-Z]{2})?$/)),
      device_id: orNull(plainText),
      timestamp: orNull(fc.nat()),
      session: fc.oneof(plainText, fc.maxSafeInteger(), fc.boolean(), fc.constant(null)),
      Attempt_2: fc.integer(),
    },
    { requiredKeys: [...REQUIRED] },
  )
  .chain((event) => fc.shuffledSubarray(Object.entries(event), { minLength: Object.keys(event).length }))
  .map((fields) => JSON.stringify(Object.fromEntries(fields)));

/** Values at and beyond the edge of some rule. */
const doubtful = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom('', ' ', null, 0, -0, 1.5, NaN, Infinity, true, [], {}, ['2.0.0'], '2..3', '1.9.9', 'v'),
  fc.constantFrom('2.0.0-beta', '2.0.0 ', '99999999999999999999.0.0', '02.0.0', '2.0.0.0', 'V2', '٢.0.0'),
  fc.constantFrom(
    '10.0.0.1',
    '::1',
    '::0.0.0.1',
    '::ffff:7f00:1',
    '010.1.1.1',
    'fe80::1%eth0',
    '1.2.3',
    '::',
  ),
);

/** Events most of whose fields are valid, some doubtful, some missing: on both sides of every rule. */
export const anyEvent: fc.Arbitrary<object> = fc
  .tuple(furtherFields, fc.record(mapValues(VALID_FIELDS, mostly), { requiredKeys: [] }))
  .map(([further, event]) => ({ ...further, ...event }));

function mostly(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 12, arbitrary: valid }, { weight: 1, arbitrary: doubtful });
}

function mapValues<K extends string, A, B>(record: Record<K, A>, map: (value: A) => B): Record<K, B> {
  return Object.fromEntries(Object.entries<A>(record).map(([key, value]) => [key, map(value)])) as Record<
    K,
    B
  >;
}
