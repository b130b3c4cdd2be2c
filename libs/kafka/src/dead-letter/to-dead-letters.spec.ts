import { describe, expect, it } from '@jest/globals';
import { flatHeaders } from '../driver/codec/header-block.js';
import { processed, rejected, type DeadLettered, type Deliverable, type Outcome } from '../outcome.js';
import { inputRecord } from '../testing/records.js';
import { EventTimeoutError } from '../retry/errors.js';
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
  return flatHeaders(letter.headers)
    .find(([found]) => found === name)?.[1]
    ?.toString();
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

describe('events rejected for the same and for other reasons', () => {
  it('are told each with its own reason, violations and attempts, wherever they stand', () => {
    const ip = [{ field: 'ip', rule: 'public-ip', message: 'must be public' }];
    const outcomes = [
      rejected('MALFORMED_JSON', []),
      rejected('VALIDATION_FAILED', ip),
      rejected('VALIDATION_FAILED', []),
      { ...rejected('VALIDATION_FAILED', ip), attempts: 2 },
      rejected('VALIDATION_FAILED', [...ip, ...ip]),
    ];
    const letters = convert(...outcomes, ...outcomes);
    const told = letters.map((letter) => {
      const [offset, reason, violations, attempts] = [
        '__connect.errors.offset',
        'dlq.reason',
        'dlq.violations',
        'dlq.attempts',
      ].map((name) => textOf(letter, name));
      return { offset, reason, violations: JSON.parse(violations ?? '') as unknown, attempts };
    });
    expect(told).toEqual(
      [...outcomes, ...outcomes].map(({ reason, violations, attempts = 1 }, index) => ({
        offset: String(index),
        reason,
        violations,
        attempts: String(attempts),
      })),
    );
  });
});

describe('events that fail for different reasons', () => {
  it('are told each with its own error and attempts', () => {
    const failed = (error: Error, attempts: number): Outcome => ({
      kind: 'failed',
      error,
      passing: false,
      attempts,
    });
    const letters = convert(
      failed(new Error('ill'), 1),
      failed(new Error('worse'), 1),
      failed(new RangeError('ill'), 1),
      failed(new Error('ill'), 2),
    );
    const told = letters.map((letter) =>
      ['exception-fqcn', 'exception-message'].map((name) => textOf(letter, `kafka_dlt-${name}`)),
    );
    expect(told).toEqual([
      ['Error', 'ill'],
      ['Error', 'worse'],
      ['RangeError', 'ill'],
      ['Error', 'ill'],
    ]);
    expect(letters.map((letter) => textOf(letter, 'dlq.attempts'))).toEqual(['1', '1', '1', '2']);
  });
});

describe('events that fail alike', () => {
  it.each<[string, () => Outcome]>([
    ['rejected', () => rejected('VALIDATION_FAILED', [{ field: 'ip', rule: 'public-ip', message: 'no' }])],
    ['given up', () => ({ kind: 'failed', error: new Error('ill'), passing: false })],
  ])('%s, share the bytes of what their headers have in common', (_, make) => {
    const [first, second] = convert(make(), make()).map((letter) =>
      letter.kind === 'dead-lettered' ? letter.headers : [],
    );
    expect(first?.filter((one) => second?.includes(one))).toHaveLength(3);
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

describe('what fails for a passing reason', () => {
  const failed: Outcome = { kind: 'failed', error: new Error('ill'), passing: true, attempts: 3 };
  const headersOf = (outcome: Deliverable | undefined) =>
    Object.fromEntries(
      outcome && 'headers' in outcome
        ? flatHeaders(outcome.headers).map(([name, value]) => [name, String(value)])
        : [],
    );
  const fresh = inputRecord({
    offset: '5',
    timestamp: '99',
    headers: [
      ['trace', Buffer.from('x')],
      ['retry.attempts', Buffer.from('50')],
    ],
  });

  it('waits in the first retry topic, and then in the next, with the first origin and all calls', () => {
    const nextRetry = { topic: 'in-retry-1', delayMs: 5_000 };
    const [first] = toDeadLetters([fresh], [failed], { ...origin, nextRetry }, failedAt);
    expect(first).toMatchObject({ kind: 'deferred', topic: 'in-retry-1', failure: failed });
    const told = {
      trace: 'x',
      'retry.consumer-group': 'g',
      'retry.original-topic': 'in',
      'retry.original-partition': '0',
      'retry.original-offset': '5',
      'retry.original-timestamp': '99',
      'retry.error': 'Error: ill',
    };
    expect(headersOf(first)).toEqual({
      ...told,
      'retry.due-at': String(failedAt.getTime() + 5_000),
      'retry.attempts': '3',
    });

    const waited = inputRecord({ offset: '0', headers: first?.kind === 'deferred' ? first.headers : [] });
    const source = { topic: 'in-retry-1', partition: 7, groupId: 'g', isRetry: true };
    const last = { topic: 'in-retry-2', delayMs: 60_000 };
    const [second] = toDeadLetters([waited], [failed], { ...source, nextRetry: last }, failedAt);
    expect(headersOf(second)).toEqual({
      ...told,
      'retry.due-at': String(failedAt.getTime() + 60_000),
      'retry.attempts': '6',
    });

    const [letter] = toDeadLetters([waited], [failed], source, failedAt);
    expect(letter).toMatchObject({ kind: 'dead-lettered', reason: 'RETRIES_EXHAUSTED' });
    expect(headersOf(letter)).toMatchObject({
      trace: 'x',
      'dlq.attempts': '6',
      'kafka_dlt-original-topic': 'in',
      '__connect.errors.offset': '5',
      '__connect.errors.partition': '0',
    });
  });

  it('does not wait when it failed for good or took too long', () => {
    const nextRetry = { topic: 'in-retry-1', delayMs: 5_000 };
    const late: Outcome = { kind: 'failed', error: new EventTimeoutError(30), passing: false };
    const outcomes = [{ ...failed, passing: false }, late];
    const letters = toDeadLetters([fresh, fresh], outcomes, { ...origin, nextRetry }, failedAt);
    expect(letters).toMatchObject([{ reason: 'PROCESSING_FAILED' }, { reason: 'EVENT_TIMEOUT' }]);
  });
});
