import { describe, expect, it } from '@jest/globals';
import { isReservedHeader } from '@pipeline/contracts';
import fc from 'fast-check';
import type { InputRecord } from '../record.js';
import { retryHeaders } from '../retry/retry-headers.js';
import { flatHeaders } from '../driver/codec/header-block.js';
import { anyHeaders, header, inputRecord } from '../testing/records.js';
import { carriedHeaders, LetterHeaders, smallerHeaders, type Verdict } from './dead-letter-headers.js';

const origin = { topic: 'login', partition: 258, groupId: 'group' };
const verdict: Verdict = {
  reason: 'VALIDATION_FAILED',
  violations: [{ field: 'ip', rule: 'public-ip', message: 'must be é' }],
  attempts: 3,
  exception: { name: 'ValidationError', message: 'ip: public-ip' },
  failedAt: new Date('2024-05-06T07:08:09.123Z'),
};

const headersOf = (record: InputRecord) => flatHeaders(new LetterHeaders(origin, verdict).of(record));

const bytes = (name: string, ...content: number[]) => [name, Buffer.from(content)];

describe('the headers of a dead letter', () => {
  it('are its own, then ours, then those that Spring and Connect write, in their forms', () => {
    const record = inputRecord({
      offset: '9007199254740993',
      timestamp: '1694479551000',
      headers: [header('b'), header('a', null), header('b')],
    });
    expect(headersOf(record)).toEqual([
      header('b'),
      header('a', null),
      header('b'),
      header('dlq.reason', 'VALIDATION_FAILED'),
      header('dlq.violations', '[{"field":"ip","rule":"public-ip","message":"must be é"}]'),
      header('dlq.attempts', '3'),
      header('dlq.failed-at', '2024-05-06T07:08:09.123Z'),
      header('kafka_dlt-original-topic', 'login'),
      bytes('kafka_dlt-original-partition', 0, 0, 1, 2),
      bytes('kafka_dlt-original-offset', 0, 0x20, 0, 0, 0, 0, 0, 1),
      bytes('kafka_dlt-original-timestamp', 0, 0, 0x01, 0x8a, 0x86, 0xda, 0x0a, 0x18),
      header('kafka_dlt-original-consumer-group', 'group'),
      header('kafka_dlt-exception-fqcn', 'ValidationError'),
      header('kafka_dlt-exception-message', 'ip: public-ip'),
      header('__connect.errors.topic', 'login'),
      header('__connect.errors.partition', '258'),
      header('__connect.errors.offset', '9007199254740993'),
      header('__connect.errors.exception.class.name', 'ValidationError'),
      header('__connect.errors.exception.message', 'ip: public-ip'),
    ]);
  });

  it.each([
    ['-1', Array<number>(8).fill(0xff)],
    ['9223372036854775807', [0x7f, ...Array<number>(7).fill(0xff)]],
    ['-9223372036854775808', [0x80, ...Array<number>(7).fill(0)]],
  ])('have the timestamp %s in 8 bytes', (timestamp, content) => {
    const headers = headersOf(inputRecord({ timestamp }));
    expect(headers).toContainEqual(bytes('kafka_dlt-original-timestamp', ...content));
  });

  it('are not the forged ones of the input', () => {
    const forged = ['dlq.reason', 'dlq.x', 'kafka_dlt-y', '__connect.errors.z', 'retry.attempt'];
    const record = inputRecord({ headers: [...forged.map((name) => header(name, 'forged')), header('a')] });
    const headers = headersOf(record);
    expect(headers[0]).toEqual(header('a'));
    expect(headers.some(([, value]) => value?.toString() === 'forged')).toBe(false);
  });
});

describe('the headers of several dead letters', () => {
  it('are those of each alone, whatever the others came from', () => {
    const retry = { topic: 'login-retry-1', partition: 0, groupId: 'group', isRetry: true };
    const any = fc.record({
      topic: fc.constantFrom('login', 'other'),
      partition: fc.nat(1),
      offset: fc.nat(2).map(String),
      timestamp: fc.constantFrom('-1', '99'),
      attempts: fc.nat(1),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 8 }), (firsts) => {
        const shared = new LetterHeaders(retry, verdict);
        for (const first of firsts) {
          const wait = { groupId: 'group', attempts: first.attempts, dueAt: 0, error: new Error('ill') };
          const record = inputRecord({ headers: retryHeaders(first, wait) });
          const alone = new LetterHeaders(retry, verdict).of(record);
          expect(flatHeaders(shared.of(record))).toEqual(flatHeaders(alone));
          expect(flatHeaders(alone)).toEqual(
            expect.arrayContaining([
              header('dlq.attempts', String(first.attempts + verdict.attempts)),
              header('__connect.errors.topic', first.topic),
              header('__connect.errors.partition', String(first.partition)),
              header('__connect.errors.offset', first.offset),
            ]),
          );
        }
      }),
    );
  });

  it('share the bytes of what they have in common', () => {
    const shared = new LetterHeaders(origin, verdict);
    const [first, second] = ['1', '2'].map((offset) => shared.of(inputRecord({ offset })));
    expect(first?.filter((one) => second?.includes(one))).toHaveLength(3);
  });
});

describe('headers that travel on', () => {
  it('are all but the reserved ones, in their order', () => {
    fc.assert(
      fc.property(anyHeaders, (headers) => {
        const carried = carriedHeaders(inputRecord({ headers }));
        const expected = headers.filter(([name]) => !isReservedHeader(name));
        return carried.length === expected.length && carried.every((one, index) => one === expected[index]);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('ever smaller headers', () => {
  it('keep what a replay needs longest, then the own ones, and never the forged ones', () => {
    const record = inputRecord({ headers: [header('dlq.reason', 'forged'), header('a'), header('dlq.x')] });
    const full = new LetterHeaders(origin, verdict).of(record);
    const core = flatHeaders(full).filter(([name]) =>
      /^dlq\.(reason|attempts|failed-at)$|original-(topic|partition|offset|timestamp)$/.test(name),
    );
    expect(core).toHaveLength(7);
    expect([...smallerHeaders(record, full)]).toEqual([full, [header('a'), ...core], core, []]);
  });
});
