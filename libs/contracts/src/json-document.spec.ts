import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeJsonObject, type JsonDocument } from './json-document.js';
import { loginEventDto } from './login-event.dto.js';
import { compileValidator } from './payload-validator.js';
import { jsonObjectText, jsonText } from './testing/json-texts.js';
import { anyEvent } from './testing/login-events.js';
import { readJson, type ExactJson } from './testing/read-json.js';

function decode(text: string): JsonDocument {
  const decoded = decodeJsonObject(Buffer.from(text));
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.document;
}

const encode = (text: string, changes: object = {}): string | undefined =>
  decode(text)
    .encode((value) => void Object.assign(value, changes))
    ?.toString();

const nested = (levels: number, core = ''): string =>
  `{"a":${'['.repeat(levels)}${core}${']'.repeat(levels)}}`;

/** Values on which anything quadratic would take minutes. */
const HUGE = {
  numbers: () => `{"a":[${Array(200_000).fill('-0').join()}]}`,
  quotes: () => `{"a":1.0,"b":"${'\\"'.repeat(400_000)}"}`,
  backslashes: () => `{"a":1.0,"b":"${'\\\\'.repeat(400_000)}"}`,
  digits: () => `{"a":${'7'.repeat(900_000)}}`,
  fields: () => `{${Array.from({ length: 40_000 }, (_, index) => `"f${index}":${index}.0`).join()}}`,
  'escaped names': () =>
    `{${Array.from({ length: 40_000 }, (_, index) => `"\\"${index}":${index}.0`).join()}}`,
  'a long text': () => `{"a":1.0,"b":"${'ab:1.0,'.repeat(1_000_000)}"}`,
};

describe('decoding', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a tombstone', null],
  ])('finds %s to be a required value that is absent', (_, bytes) => {
    expect(decodeJsonObject(bytes)).toEqual({
      ok: false,
      reason: 'VALIDATION_FAILED',
      violations: [{ field: '', rule: 'required', message: 'is empty' }],
    });
  });

  it.each(['null', 'true', '0', '-0', '1e400', '""', '"{}"', '[]', '[{}]', ' null '])(
    'finds %s to be of the wrong type',
    (text) => {
      expect(decodeJsonObject(Buffer.from(text))).toEqual({
        ok: false,
        reason: 'VALIDATION_FAILED',
        violations: [{ field: '', rule: 'type', message: 'must be a JSON object' }],
      });
    },
  );

  it.each([
    ' ',
    '\0',
    '{',
    '}',
    '{}{}',
    '{} x',
    "{'a':1}",
    '{a:1}',
    '{"a":1,}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":"\n"}',
    '{"a":"\\x"}',
    '{"a":1}//',
    '\u00a0{}',
    '\ufeff{}',
    'undefined',
  ])('finds %j malformed, and says nothing of it', (text) => {
    expect(decodeJsonObject(Buffer.from(text))).toEqual({
      ok: false,
      reason: 'MALFORMED_JSON',
      violations: [],
    });
  });

  it.each([
    ['a byte that starts nothing', [0xff]],
    ['a sequence that is cut short', [0xc3]],
    ['an overlong form', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['a code point beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
  ])('finds %s in a string malformed', (_, bytes) => {
    const value = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}')]);
    expect(decodeJsonObject(value)).toEqual({ ok: false, reason: 'MALFORMED_JSON', violations: [] });
  });

  it('survives 50,000 levels', () => {
    const open = '['.repeat(50_000);
    const reasonOf = (text: string) => decodeJsonObject(Buffer.from(text));
    expect(reasonOf(open)).toMatchObject({ reason: 'MALFORMED_JSON' });
    expect(reasonOf(open + ']'.repeat(50_000))).toMatchObject({ reason: 'VALIDATION_FAILED' });
    expect(reasonOf(nested(50_000)).ok).toBe(true);
  });

  it.each([
    [String.raw`{"a":0,"\\":1}`, String.raw`{"a":0,"\u0062":[]}`, ['a', 'b']],
    [String.raw`{"c":0,"\\":1}`, String.raw`{"c":0,"\/":"\\"}`, ['c', '/']],
    [String.raw`{"d":0,"\\u00":1}`, String.raw`{"d":0,"\u00e9t\u00e9" : 1}`, ['d', 'été']],
    [String.raw`{"e":0,"\\":1}`, String.raw`{"e":0,"\"":[]}`, ['e', '"']],
    [String.raw`{"f":0,"\\":1}`, String.raw`{"f":0,"\n":1.0}`, ['f', '\n']],
    [String.raw`{"g":0,"\\":1}`, String.raw`{"g":0,"\ud800":1.0,"\\":2}`, ['g', '\ud800', '\\']],
    [String.raw`{"h":0,"x\\":1}`, String.raw`{"h":0,"x\\y":"\n","\r":{}}`, ['h', 'x\\y', '\r']],
  ])('after %s finds the names of %s', (before, text, names) => {
    const kept = decode(before);
    expect(Object.keys(decode(text).value)).toEqual(names);
    const written = readJson(encode(text) ?? '') as Map<string, ExactJson>;
    expect([...written.keys()]).toEqual(names);
    expect(kept.value).toBeDefined();
  });

  it('keeps __proto__ as data', () => {
    const { value } = decode('{"__proto__":{"user_id":"x"}}');
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value.user_id).toBeUndefined();
  });
});

describe('encoding', () => {
  it.each([
    ['{"b":1,"a":"x"}', { a: 'y' }, '{"b":1,"a":"y"}'],
    ['{"processed_at":"old","a":1}', { processed_at: 'new' }, '{"processed_at":"new","a":1}'],
    ['{"a":1}', { processed_at: 'new' }, '{"a":1,"processed_at":"new"}'],
    ['{"a":1,"a":2}', {}, '{"a":2}'],
    ['{"a":1,"\\u0061":2}', {}, '{"a":2}'],
    ['{"__proto__":1,"constructor":2}', { a: 3 }, '{"__proto__":1,"constructor":2,"a":3}'],
    ['{"__proto__":1.0}', { a: 3 }, '{"__proto__":1.0,"a":3}'],
    [' { "a" : [ ] } ', {}, '{"a":[]}'],
    ['{"a":"\\u00e9\\/\\ud83d\\ude00"}', {}, '{"a":"é/😀"}'],
    ['{"a":"\\ud800"}', {}, '{"a":"\\ud800"}'],
  ])('of %s with %j gives %s', (text, changes, json) => {
    expect(encode(text, changes)).toBe(json);
  });

  it.each([
    '9223372036854775807',
    '-9223372036854775808',
    '18446744073709551615',
    '9007199254740993',
    '1000000000000000000000',
    '1.0',
    '0.10',
    '-0',
    '-0.0',
    '0.1000000000000000055511151231257827',
    '1e5',
    '1E5',
    '1e+5',
    '1.5e-7',
    '1e400',
    '-1e-400',
    '123456789012345.0',
    '1234567890123456',
    '1.5',
    '0',
    '1e+21',
  ])('keeps the digits of %s wherever it stands', (number) => {
    const text = `{"a":${number},"b":[${number},${number}],"c":{"${number}":${number}},"d":"${number}"}`;
    expect(encode(text)).toBe(text);
    expect(encode(text.replaceAll(/([:,[])/g, '$1\n\t '))).toBe(text);
  });

  it.each([
    ['{"a":1.0,"a":2}', {}, '{"a":2}'],
    ['{"a":2,"a":1.0}', {}, '{"a":1.0}'],
    ['{"a":1.0,"b":2.0}', { a: 3.5 }, '{"a":3.5,"b":2.0}'],
    ['{"a":1.0,"b":"\\":1.0,"}', {}, '{"a":1.0,"b":"\\":1.0,"}'],
    ['{"a":"\\\\",":-0":1.0}', {}, '{"a":"\\\\",":-0":1.0}'],
    ['{"a":": 1.0 [-0,1e5,"}', {}, '{"a":": 1.0 [-0,1e5,"}'],
  ])('of %s with %j keeps the digits of what is left: %s', (text, changes, json) => {
    expect(encode(text, changes)).toBe(json);
  });

  it('always manages 100 levels', () => {
    for (const text of [nested(100), nested(100, '1.0')]) expect(encode(text)).toBe(text);
  });

  it.each(['', '1.0', '"x"'])('gives up on 50,000 levels around %j without throwing', (core) => {
    expect(encode(nested(50_000, core), { processed_at: 'now' })).toBeUndefined();
  });

  it('throws what is not a matter of depth', () => {
    const broken = {
      toJSON() {
        throw new TypeError('broken');
      },
    };
    expect(() => encode('{}', { broken })).toThrow('broken');
  });

  it.each(['numbers', 'quotes', 'backslashes', 'digits', 'fields', 'escaped names', 'a long text'] as const)(
    'takes linear time for a value full of %s',
    (content) => {
      const text = HUGE[content]();
      expect(encode(text) === text).toBe(true);
    },
  );

  it('changes nothing but the named fields, digit by digit', () => {
    const changes = fc.dictionary(fc.constantFrom('processed_at', 'locale', 'a'), fc.string(), {
      maxKeys: 2,
    });
    fc.assert(
      fc.property(jsonObjectText, changes, (text, changed) => {
        const expected = new Map(readJson(text) as Map<string, ExactJson>);
        for (const [field, value] of Object.entries(changed)) expected.set(field, value);
        return isDeepStrictEqual(readJson(encode(text, changed) ?? ''), expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a record value of any kind', () => {
  const validator = compileValidator(loginEventDto({ minAppVersion: '2.0.0' }));

  function outcomeOf(bytes: Buffer): string {
    const decoded = decodeJsonObject(bytes);
    if (!decoded.ok) return `${decoded.reason} ${decoded.violations.map(({ rule }) => rule).join()}`;
    const { value } = decoded.document;
    if (validator.validate(value).length > 0) return 'rules broken';
    return decoded.document.encode(() => undefined) ? 'written' : 'too deep';
  }

  /** What the standard's own decoder and parser say. */
  function expectedOutcome(bytes: Buffer): string {
    if (bytes.length === 0) return 'VALIDATION_FAILED required';
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
    } catch {
      return 'MALFORMED_JSON ';
    }
    if (Object.prototype.toString.call(value) !== '[object Object]') return 'VALIDATION_FAILED type';
    return validator.explain(value as object).length > 0 ? 'rules broken' : 'written';
  }

  const eventBytes = anyEvent.map((event) => Buffer.from(JSON.stringify(event)));

  it.each<[string, fc.Arbitrary<Buffer>]>([
    ['arbitrary bytes', fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes))],
    ['arbitrary JSON', jsonText.map((text) => Buffer.from(text))],
    [
      'events with bytes changed',
      fc.tuple(eventBytes, fc.nat(300), fc.uint8Array({ maxLength: 3 })).map(([bytes, at, inserted]) => {
        return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + 1)]);
      }),
    ],
  ])('has exactly one outcome and never throws: %s', (_, values) => {
    fc.assert(
      fc.property(values, (bytes) => {
        return outcomeOf(bytes) === expectedOutcome(bytes);
      }),
      { numRuns: 2_000 },
    );
  });
});
