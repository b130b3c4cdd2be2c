import { describe, expect, it } from '@jest/globals';
import { processed, rejected, type DeadLettered, type Deliverable, type Outcome } from '../outcome.js';
import { inputRecord } from '../testing/records.js';
import { outputTooLarge, toDeadLetters } from './to-dead-letters.js';

const origin = { topic: 'in', partition: 0, groupId: 'g' };
const failedAt = new Date('2024-01-01T00:00:00Z');

const convert = (...outcomes: Outcome[]): readonly Deliverable[] =>
  toDeadLetters(
    outcomes.map((_, index) => inputRecord({ offset: String(index) })),
    outcomes,
    origin,
    failedAt,
  );

function textOf(letter: Deliverable | undefined, name: string): string | undefined {
  if (letter?.kind !== 'dead-lettered') throw new Error('no dead letter');
  return letter.headers.find(([found]) => found === name)?.[1]?.toString();
}

describe('what can be written as it is', () => {
  it('stays the very same', () => {
    const letter: DeadLettered = { kind: 'dead-lettered', reason: 'PROCESSING_FAILED', headers: [] };
    const outcomes = [processed(Buffer.from('x')), letter];
    expect(convert(...outcomes).every((one, index) => one === outcomes[index])).toBe(true);
  });

  it('keeps its place among dead letters, each about its own record', () => {
    const written = convert(
      rejected('MALFORMED_JSON', []),
      processed(Buffer.from('x')),
      rejected('MALFORMED_JSON', []),
    );
    expect(written.map(({ kind }) => kind)).toEqual(['dead-lettered', 'processed', 'dead-lettered']);
    expect(textOf(written[0], '__connect.errors.offset')).toBe('0');
    expect(textOf(written[2], '__connect.errors.offset')).toBe('2');
  });
});

describe('a rejected event', () => {
  it('after further attempts tells their number', () => {
    const [letter] = convert({ ...rejected('MALFORMED_JSON', []), attempts: 2 });
    expect(textOf(letter, 'dlq.attempts')).toBe('2');
  });

  it('names every broken rule, after one attempt', () => {
    const violations = [
      { field: '', rule: 'required', message: 'is empty' },
      { field: 'ip', rule: 'public-ip', message: 'must be public' },
    ];
    const [letter] = convert(rejected('VALIDATION_FAILED', violations));
    expect(letter).toMatchObject({ kind: 'dead-lettered', reason: 'VALIDATION_FAILED' });
    expect(textOf(letter, 'dlq.violations')).toBe(JSON.stringify(violations));
    expect(textOf(letter, 'dlq.attempts')).toBe('1');
    expect(textOf(letter, 'dlq.failed-at')).toBe('2024-01-01T00:00:00.000Z');
    expect(textOf(letter, 'kafka_dlt-exception-fqcn')).toBe('ValidationError');
    expect(textOf(letter, 'kafka_dlt-exception-message')).toBe('required, ip: public-ip');
  });

  it.each([
    ['MALFORMED_JSON', 'MalformedJsonError', 'the value is not JSON in UTF-8'],
    ['VALIDATION_FAILED', 'ValidationError', 'the event breaks a rule'],
    ['OUTPUT_TOO_LARGE', 'OutputTooLargeError', 'the processed event does not fit its topic'],
    ['PROCESSING_FAILED', 'PROCESSING_FAILED', 'the event was rejected'],
  ] as const)('without violations, for %s, is told as %s', (reason, name, message) => {
    const [letter] = convert(rejected(reason, []));
    expect(textOf(letter, '__connect.errors.exception.class.name')).toBe(name);
    expect(textOf(letter, '__connect.errors.exception.message')).toBe(message);
  });
});

describe('a failed event', () => {
  const error = new RangeError('out of something');

  it.each([
    [true, 3, 'RETRIES_EXHAUSTED', '3'],
    [false, undefined, 'PROCESSING_FAILED', '1'],
  ])('passing %s, after %s attempts, is %s', (passing, attempts, reason, told) => {
    const [letter] = convert({ kind: 'failed', error, passing, ...(attempts && { attempts }) });
    expect(letter).toMatchObject({ reason });
    expect(textOf(letter, 'dlq.reason')).toBe(reason);
    expect(textOf(letter, 'dlq.attempts')).toBe(told);
    expect(textOf(letter, 'dlq.violations')).toBe('[]');
    expect(textOf(letter, 'kafka_dlt-exception-fqcn')).toBe('RangeError');
    expect(textOf(letter, 'kafka_dlt-exception-message')).toBe('out of something');
  });
});

describe('an output that is too large', () => {
  it('is a dead letter of that reason', () => {
    const letter = outputTooLarge(inputRecord({ offset: '8' }), 3, origin, failedAt);
    expect(letter.reason).toBe('OUTPUT_TOO_LARGE');
    expect(textOf(letter, 'dlq.attempts')).toBe('3');
    expect(textOf(letter, '__connect.errors.offset')).toBe('8');
  });
});
