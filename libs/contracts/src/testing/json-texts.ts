import fc from 'fast-check';
import { utf16Unit } from './login-events.js';

/** Numbers as JSON may spell them. */
const numberText = fc.oneof(
  fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.constantFrom('-0', '1.0', '1e5', '1E400', '0.10', '9223372036854775807', '1e-7', '1.5', '-0.0'),
);

/** Strings as JSON may spell them, with much in them that looks like a number, a mark or an end. */
const stringText = fc
  .array(
    fc.oneof(
      fc.string({ unit: utf16Unit }).map((plain) => JSON.stringify(plain).slice(1, -1)),
      fc.constantFrom(
        ':1.0',
        ',-0,',
        ' 1e5',
        '\\"',
        '\\\\',
        '\\u0022',
        '\\/',
        '[12345678901234567890]',
        '\\ud800',
      ),
    ),
    { maxLength: 4 },
  )
  .map((parts) => `"${parts.join('')}"`);

const name = fc.oneof(
  stringText,
  fc.constantFrom('"a"', '"\\u0061"', '"__proto__"', '"7"', '"processed_at"'),
);
const space = fc.constantFrom('', '', '', ' ', '\n\t');

const { value, object } = fc.letrec<{ value: string; array: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    numberText,
    stringText,
    fc.constantFrom('true', 'false', 'null'),
    tie('array'),
    tie('object'),
  ),
  array: fc
    .tuple(space, fc.array(tie('value'), { maxLength: 4 }))
    .map(([gap, items]) => `[${gap}${items.join(`${gap},${gap}`)}${gap}]`),
  object: fc
    .tuple(space, fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }))
    .map(
      ([gap, fields]) =>
        `{${gap}${fields.map((field) => field.join(`${gap}:${gap}`)).join(`${gap},${gap}`)}${gap}}`,
    ),
}));

/** JSON of every kind, in every spelling: names given twice, odd spaces, escapes, numbers beyond doubles. */
export const jsonText: fc.Arbitrary<string> = value;
/** The same, objects only. */
export const jsonObjectText: fc.Arbitrary<string> = object;
