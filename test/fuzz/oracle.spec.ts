import { describe, expect, it } from '@jest/globals';
import { VALID, bytes } from '../support/events.js';
import { judge } from './lib/judge.mjs';

const at = '"processed_at":"2026-01-02T03:04:05.678Z"';
const text = JSON.stringify({ ...VALID, device_id: 1 }).replace(
  '"device_id":1',
  '"id":1.0,"id":9007199254740993',
);
const output = text.replace('"RU"', '"ru"').replace('"id":1.0,', '').replace('}', `,${at}}`);

type Header = [name: string, value: Buffer | null];
const header = (name: string, value: string): Header => [name, Buffer.from(value)];
const sent = [
  {
    key: Buffer.from('a'),
    value: Buffer.from(text),
    headers: [header('n', '0'), header('dlq.reason', 'x')],
    made: [],
  },
  { key: null, value: Buffer.from([0xff]), headers: [header('n', '1'), header('t', 'x')], made: [] },
  { key: null, value: bytes({ ...VALID, ip: '10.0.0.1', locale: 1 }), headers: [header('n', '2')], made: [] },
];
const [first, second, third] = sent.map(({ value }) => value) as [Buffer, Buffer, Buffer];

const record = (offset: number, key: Buffer | null, value: Buffer | null, headers: string) => ({
  partition: 0,
  offset,
  key,
  value,
  headers: Buffer.from(headers),
});
const input = [
  record(0, Buffer.from('a'), first, 'n=0,dlq.reason=x'),
  record(1, null, second, 'n=1,t=x'),
  record(2, null, third, 'n=2'),
];
const letter = (headers: string, reason: string, rules: string[], offset: number) => {
  const violations = rules
    .map((one) => one.split(':'))
    .map(([field, rule]) => ({ field, rule, message: 'm' }));
  return (
    `${headers},dlq.reason=${reason},dlq.violations=${JSON.stringify(violations)},dlq.attempts=1,` +
    `dlq.failed-at=now,kafka_dlt-original-topic=in,__connect.errors.partition=0,__connect.errors.offset=${String(offset)},x=y`
  );
};
const RULES = ['ip:ip_not_public', 'locale:type'];
const processed = record(0, Buffer.from('a'), Buffer.from(output), 'n=0');
const malformed = record(1, null, second, letter('n=1,t=x', 'MALFORMED_JSON', [], 1));
const invalid = record(2, null, third, letter('n=2', 'VALIDATION_FAILED', RULES, 2));

const withValue = (value: string) => ({ ...processed, value: Buffer.from(value) });
const withHeaders = (one: typeof processed, headers: string) => ({ ...one, headers: Buffer.from(headers) });
const NOTHING = { unsent: 0, lost: 0, doubled: 0, misrouted: 0, altered: 0, disordered: 0 };

describe('the oracle', () => {
  it.each([
    ['finds nothing when all is well', [processed], [malformed, invalid], {}],
    ['sees what is lost', [], [malformed, invalid], { lost: 1 }],
    ['sees what is doubled', [processed, processed], [malformed, invalid], { doubled: 1, disordered: 1 }],
    [
      'sees a valid event among the dead letters',
      [],
      [{ ...malformed, ...processed }, malformed, invalid],
      { misrouted: 1 },
    ],
    [
      'sees an invalid event among the processed',
      [processed, withHeaders(invalid, 'n=2')],
      [malformed],
      { misrouted: 1 },
    ],
    [
      'sees what nobody sent',
      [processed, withHeaders(processed, 'n=9')],
      [malformed, invalid],
      { altered: 1 },
    ],
    ['sees another order', [processed], [invalid, malformed], { disordered: 1 }],
    ['sees another partition', [{ ...processed, partition: 1 }], [malformed, invalid], { disordered: 1 }],
    ['sees another key', [{ ...processed, key: Buffer.from('b') }], [malformed, invalid], { altered: 1 }],
    [
      'tells an empty key from none',
      [processed],
      [{ ...malformed, key: Buffer.alloc(0) }, invalid],
      { altered: 1 },
    ],
    [
      'sees a header that was forged',
      [withHeaders(processed, 'n=0,dlq.reason=x')],
      [malformed, invalid],
      { altered: 1 },
    ],
    ['sees a digit', [withValue(output.replace('740993', '740992'))], [malformed, invalid], { altered: 1 }],
    [
      'sees the first of two of a name',
      [withValue(output.replace('9007199254740993', '1.0'))],
      [malformed, invalid],
      { altered: 1 },
    ],
    [
      'sees a locale in capitals',
      [withValue(output.replace('"ru"', '"RU"'))],
      [malformed, invalid],
      { altered: 1 },
    ],
    ['sees a missing time', [withValue(output.replace(`,${at}`, ''))], [malformed, invalid], { altered: 1 }],
    ['sees a field more', [withValue(output.replace('}', ',"a":1}'))], [malformed, invalid], { altered: 1 }],
    [
      'sees another byte',
      [processed],
      [{ ...malformed, value: Buffer.from([0xfe]) }, invalid],
      { altered: 1 },
    ],
    ['tells an empty value from none', [processed], [{ ...malformed, value: null }, invalid], { altered: 1 }],
    [
      'sees another reason',
      [processed],
      [withHeaders(malformed, letter('n=1,t=x', 'VALIDATION_FAILED', [], 1)), invalid],
      { altered: 1 },
    ],
    [
      'sees a header that is gone',
      [processed],
      [withHeaders(malformed, letter('n=1', 'MALFORMED_JSON', [], 1)), invalid],
      { altered: 1 },
    ],
    [
      'sees another origin',
      [processed],
      [withHeaders(malformed, letter('n=1,t=x', 'MALFORMED_JSON', [], 7)), invalid],
      { altered: 1 },
    ],
    [
      'misses a rule',
      [processed],
      [malformed, withHeaders(invalid, letter('n=2', 'VALIDATION_FAILED', RULES.slice(1), 2))],
      { altered: 1 },
    ],
    [
      'sees a rule too many',
      [processed],
      [malformed, withHeaders(invalid, letter('n=2', 'VALIDATION_FAILED', [...RULES, 'ip:type'], 2))],
      { altered: 1 },
    ],
  ])('%s', (_, outputs, deadLettered, wrong) => {
    const { problems } = judge(sent, { input, processed: outputs, deadLettered });
    const counts = Object.fromEntries(Object.entries(problems).map(([kind, found]) => [kind, found.length]));
    expect(counts).toEqual({ ...NOTHING, ...wrong });
  });

  it('sees what is in the input otherwise than it was sent', () => {
    const other = [input[0], record(1, null, Buffer.from('?'), 'n=1,t=x'), input[2]].filter((one) => !!one);
    const { problems } = judge(sent, {
      input: other,
      processed: [processed],
      deadLettered: [malformed, invalid],
    });
    expect(problems.unsent).toEqual([{ number: 1, what: 'is not in the input as it was sent' }]);
  });
});
