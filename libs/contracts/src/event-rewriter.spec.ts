import { describe, expect, it } from '@jest/globals';
import { IsNotEmpty, IsOptional } from 'class-validator';
import fc from 'fast-check';
import { EventRewriter } from './event-rewriter.js';
import { decodeJsonObject } from './json-document.js';
import { loginEventDto } from './login-event.dto.js';
import { compileValidator } from './payload-validator.js';
import { IsRequired, IsText } from './rules/decorators.js';
import { jsonObjectText, jsonText } from './testing/json-texts.js';
import { anyEvent, plainEvent, validEvent } from './testing/login-events.js';

const NOW = '2026-03-04T05:06:07.089Z';
const EVENT =
  '{"user_id":"u-1","app_version":"2.3.0","device_type":"web","ip":"199.172.111.135","locale":"pt-BR","timestamp":1694479551}';
const dto = loginEventDto({ minAppVersion: '2.0.0' });
const validator = compileValidator(dto);

function compiled(): EventRewriter {
  const found = EventRewriter.compile(dto, { lowerCase: 'locale', set: 'processed_at' });
  if (!found) throw new Error('not compiled');
  return found;
}
const rewriter = compiled();
const rewrite = (text: string) => rewriter.rewrite(Buffer.from(text), NOW)?.toString();
/** The event with more behind its opening brace. */
const withMore = (fields: string) => `{${fields},${EVENT.slice(1)}`;

/** What the validator and the document make of it; undefined for what they refuse. */
function slowly(bytes: Buffer): string | undefined {
  const decoded = decodeJsonObject(bytes);
  if (!decoded.ok || validator.validate(decoded.document.value).length > 0) return undefined;
  return decoded.document.encode((event) => {
    if (typeof event['locale'] === 'string') event['locale'] = event['locale'].toLowerCase();
    event['processed_at'] = NOW;
  });
}

describe('a plain event that is valid', () => {
  it('is written with its text in lower case and the field that is set behind the others', () => {
    expect(rewrite(EVENT)).toBe(`${EVENT.slice(0, -1).replace('pt-BR', 'pt-br')},"processed_at":"${NOW}"}`);
  });

  it('is taken, in whatever order its fields come', () => {
    fc.assert(
      fc.property(
        plainEvent,
        (text) => rewrite(text) !== undefined && rewrite(text) === slowly(Buffer.from(text)),
      ),
    );
  });

  it.each([
    '"more":"text","and_2":-5,"yes":true,"no":false,"nothing":null',
    '"id":9223372036854775807,"wide":-0',
    '"name":"J\u00fcrgen \u{1f600} \u2028 \x7f"',
    '"constructor":1,"toString":2',
  ])('keeps further fields byte for byte: %s', (fields) => {
    expect(rewrite(withMore(fields))).toContain(`{${fields},`);
  });

  it('may lie anywhere in a larger buffer, which is left as it is', () => {
    const around = Buffer.from(`"}${EVENT}{"`);
    const output = rewriter.rewrite(around.subarray(2, -2), NOW);
    expect(output?.toString()).toBe(rewrite(EVENT));
    expect(around.toString()).toBe(`"}${EVENT}{"`);
  });

  it('has the text of its own call set', () => {
    const other = rewriter.rewrite(Buffer.from(EVENT), 'a "quoted" text');
    expect(JSON.parse(String(other))).toHaveProperty('processed_at', 'a "quoted" text');
    expect(rewrite(EVENT)).toContain(NOW);
  });
});

describe('an event that needs a closer look', () => {
  it.each<[what: string, text: string]>([
    ['breaks a rule', EVENT.replace('2.3.0', '1.3.0')],
    ['breaks another', EVENT.replace('199.', '10.')],
    ['has an empty required text', EVENT.replace('u-1', '')],
    ['lacks a required field', EVENT.replace('"user_id":"u-1",', '')],
    ['has null for a required field', EVENT.replace('"u-1"', 'null')],
    ['has a number for a text', EVENT.replace('"web"', '7')],
    ['has a literal for a text', EVENT.replace('"web"', 'true')],
    ['has a text for a number', EVENT.replace('1694479551', '"1694479551"')],
    ['has a literal for a number', EVENT.replace('1694479551', 'false')],
    ['has a fraction', EVENT.replace('1694479551', '1694479551.0')],
    ['has an exponent', withMore('"a":1e5')],
    ['has a number that is infinite', EVENT.replace('1694479551', '1'.repeat(309))],
    ['has a leading zero', withMore('"a":01')],
    ['has a sign alone', withMore('"a":-')],
    ['has a literal that is none', withMore('"a":nul')],
    ['has spaces', EVENT.replaceAll(',', ', ')],
    ['has spaces around it', ` ${EVENT}`],
    ['ends in a comma', `${EVENT.slice(0, -1)},}`],
    ['begins with a comma', `{,${EVENT.slice(1)}`],
    ['lacks a comma', EVENT.replace(',', '')],
    ['goes on behind its end', `${EVENT}}`],
    ['nests a list', withMore('"a":[]')],
    ['nests an object', withMore('"a":{}')],
    ['has an escape in a text', EVENT.replace('u-1', 'u\\u002d1')],
    ['has an escape in a name', EVENT.replace('user_id', 'user\\u005fid')],
    ['has a control in a text', EVENT.replace('u-1', 'u\n1')],
    ['has a name of digits', withMore('"1":1')],
    ['has an empty name', withMore('"":1')],
    ['has a name that JavaScript knows', withMore('"__proto__":1')],
    ['has a name in other letters', withMore('"n\u00e4me":1')],
    ['has a known name twice', withMore('"locale":"de"')],
    ['has another name twice', withMore('"a":1,"b":2,"a":3')],
    [
      'has too many further names to compare',
      withMore(Array.from({ length: 17 }, (_, i) => `"f${String(i)}":1`).join()),
    ],
    ['has the field that is set', withMore('"processed_at":"never"')],
    ['has letters beyond ASCII to lower', EVENT.replace('pt-BR', '\u00c4')],
    ['is empty', '{}'],
    ['is nothing', ''],
    ['is a brace', '{'],
    ['is a list', '[]'],
  ])('is left alone where it %s', (_, text) => {
    expect(rewrite(text)).toBeUndefined();
  });

  it('is left alone where it is not UTF-8', () => {
    const bytes = Buffer.from(EVENT);
    bytes[bytes.indexOf('u-1')] = 0xff;
    expect(rewriter.rewrite(bytes, NOW)).toBeUndefined();
  });

  it('does not touch the events after it', () => {
    for (const text of [withMore('"a":1,"a":2'), EVENT.replace('pt-BR', '\u00c4'), '{"user_id":"x"}']) {
      expect(rewrite(text)).toBeUndefined();
      expect(rewrite(withMore('"a":1'))).toBeDefined();
      expect(rewrite('{"app_version":"2.3.0","device_type":"web"}')).toBeUndefined();
    }
  });
});

const changed = (texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(
      texts,
      fc.nat(250),
      fc.nat(2),
      fc.oneof(fc.uint8Array({ maxLength: 3 }), fc.constantFrom(...MARKS)),
    )
    .map(([text, at, length, inserted]) => {
      const bytes = Buffer.from(text);
      return Buffer.concat([bytes.subarray(0, at), inserted, bytes.subarray(at + length)]);
    });
const MARKS = ['"', '",', ':', ',', '}', '{', '\\', '"a":1,', 'null', '0', '-', '.5'].map((text) =>
  Buffer.from(text),
);

/** Fields of any kind, in any spelling, in front of those of the event. */
const before = (texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc
    .tuple(texts, jsonObjectText)
    .map(([text, object]) => Buffer.from(`${object.trimEnd().slice(0, -1)},${text.slice(1)}`));
/** One of the values becomes any other JSON, the number of the field is drawn. */
const replaced = (texts: fc.Arbitrary<string>): fc.Arbitrary<Buffer> =>
  fc.tuple(texts, fc.nat(8), jsonText).map(([text, index, value]) => {
    const [name, ...others] = text.split(/(?<=[,{])(?="\w+":)/);
    const field = others[index % others.length] ?? '';
    const changedField = `${field.slice(0, field.indexOf(':') + 1)}${value}${field.slice(-1)}`;
    return Buffer.from([name, ...others.map((one) => (one === field ? changedField : one))].join(''));
  });

describe('what is rewritten', () => {
  it.each<[string, fc.Arbitrary<Buffer>]>([
    ['valid events', validEvent.map((event) => Buffer.from(JSON.stringify(event)))],
    ['any events', anyEvent.map((event) => Buffer.from(JSON.stringify(event)))],
    ['any JSON', fc.oneof(jsonText, jsonObjectText).map((text) => Buffer.from(text))],
    ['plain events with any fields before theirs', before(plainEvent)],
    ['plain events with any value in place of one', replaced(plainEvent)],
    ['plain events with bytes changed', changed(plainEvent)],
    ['any events with bytes changed', changed(anyEvent.map((event) => JSON.stringify(event)))],
  ])('is what validating and encoding would give, byte for byte: %s', (_, values) => {
    fc.assert(
      fc.property(values, (bytes) => {
        const output = rewriter.rewrite(bytes, NOW);
        return output === undefined || output.equals(Buffer.from(slowly(bytes) ?? ''));
      }),
      { numRuns: 5_000 },
    );
  });
});

it('takes linear time for a long text and for many fields', () => {
  const long = EVENT.replace('u-1', 'u'.repeat(1_000_000));
  expect(rewrite(long)).toHaveLength(long.length + `,"processed_at":"${NOW}"`.length);
  const fields = Array.from({ length: 100_000 }, (_, index) => `"f${String(index)}":1`);
  expect(rewrite(withMore(fields.join()))).toBeUndefined();
});

it('tells an optional text that may be empty from one that may not', () => {
  class FilledDto {
    @IsOptional()
    @IsRequired()
    @IsText()
    nickname?: string;
  }
  const filled = EventRewriter.compile(FilledDto, { lowerCase: 'locale', set: 'at' });
  const outcomes = ['{"nickname":"n"}', '{"nickname":""}', '{"nickname":null}', '{"locale":""}'];
  expect(outcomes.map((text) => filled?.rewrite(Buffer.from(text), NOW) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

it.each(['1', 'a"b', '__proto__', 'n\u00e4me', ''])('is not made for a field named %j', (name) => {
  expect(EventRewriter.compile(dto, { lowerCase: 'locale', set: name })).toBeUndefined();
});

it('knows nothing of decorators other than our own', () => {
  class OtherDto {
    @IsNotEmpty()
    user_id!: string;
  }
  expect(EventRewriter.compile(OtherDto, { lowerCase: 'locale', set: 'processed_at' })).toBeUndefined();
});

it('keeps 31 fields in mind, and is not made for more', () => {
  const compileMany = (count: number) => {
    class ManyDto {
      [name: string]: unknown;
    }
    for (let index = 0; index < count; index++) {
      IsRequired()(ManyDto.prototype, `f${String(index)}`);
      IsText()(ManyDto.prototype, `f${String(index)}`);
    }
    return EventRewriter.compile(ManyDto, { lowerCase: 'f29', set: 'at' });
  };
  expect(compileMany(31)).toBeUndefined();
  const fields = Array.from({ length: 30 }, (_, index) => `"f${String(index)}":"A"`);
  const ofFields = (some: readonly string[]) =>
    compileMany(30)
      ?.rewrite(Buffer.from(`{${some.join()}}`), NOW)
      ?.toString();
  expect(ofFields(fields)).toContain('"f28":"A","f29":"a","at":');
  for (const field of fields) expect(ofFields(fields.filter((one) => one !== field))).toBeUndefined();
});
