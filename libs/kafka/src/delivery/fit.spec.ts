import { describe, expect, it } from '@jest/globals';
import { HEADERS } from '@pipeline/contracts';
import fc from 'fast-check';
import { flatHeaders } from '../driver/codec/header-block.js';
import { toDeadLetters } from '../dead-letter/to-dead-letters.js';
import { batchSize, recordSize, sizeOfContent } from '../driver/codec/record-encoder.js';
import {
  processed,
  rejected,
  type Deferred,
  type Deliverable,
  type Failed,
  type Outcome,
} from '../outcome.js';
import type { InputRecord, OutgoingHeaders } from '../record.js';
import { anyField, anyHeaders, header, inputRecord } from '../testing/records.js';
import { fit, MissingDeadLetterInterceptorError, UndeliverableError, type Written } from './fit.js';
import { TopicLimits } from './topic-limits.js';

const targets = { output: 'out', deadLetter: 'dlq' };
const origin = { topic: 'in', partition: 5, groupId: 'g' };
const violations = [{ field: 'ip', rule: 'public-ip', message: 'must be public' }];

function limitsOf(limits: { out?: number; dlq?: number }): TopicLimits {
  const known = new TopicLimits();
  for (const [topic, bytes] of Object.entries(limits)) known.set(topic, bytes);
  return known;
}

function letterOf(input: InputRecord): Deliverable {
  const outcomes = [rejected('VALIDATION_FAILED', violations)];
  return toDeadLetters([input], outcomes, origin, new Date(0))[0] as Deliverable;
}

const fitted = (input: InputRecord, outcome: Deliverable, limits: { out?: number; dlq?: number } = {}) =>
  fit(input, outcome, targets, origin, limitsOf(limits));

const bytesOf = (record: Written): number => batchSize(recordSize(record));
const names = (headers: OutgoingHeaders): string[] => flatHeaders(headers).map(([name]) => name);

const CORE = [
  HEADERS.reason,
  HEADERS.attempts,
  HEADERS.failedAt,
  HEADERS.springTopic,
  HEADERS.springPartition,
  HEADERS.springOffset,
  HEADERS.springTimestamp,
];

describe('a processed event', () => {
  const input = inputRecord({
    headers: [header('trace'), header('dlq.reason', 'forged'), header('trace', null)],
  });
  const value = Buffer.from('processed');

  it('goes to the output topic by its key, with its own headers but the reserved ones', () => {
    expect(fitted(input, processed(value))).toEqual({
      deadLetter: undefined,
      topic: 'out',
      key: input.key,
      value,
      headers: [header('trace'), header('trace', null)],
      contentSize: sizeOfContent(input.key, value, [header('trace'), header('trace', null)]),
      partitionBy: 'key',
      sourcePartition: 5,
      deferred: false,
    });
  });

  it('that fits to the byte is written', () => {
    const bytes = bytesOf(fitted(input, processed(value)));
    expect(fitted(input, processed(value), { out: bytes }).deadLetter).toBeUndefined();
    expect(fitted(input, processed(value), { out: bytes - 1 }).deadLetter).toBe('OUTPUT_TOO_LARGE');
  });

  it('that is too large becomes a dead letter with the value that came', () => {
    const record = fitted(input, { ...processed(Buffer.alloc(500)), attempts: 3 }, { out: 400 });
    expect(flatHeaders(record.headers)).toContainEqual(header(HEADERS.attempts, '3'));
    expect(record).toMatchObject({ topic: 'dlq', key: input.key, value: input.value, partitionBy: 'source' });
    expect(flatHeaders(record.headers)).toContainEqual(header(HEADERS.reason, 'OUTPUT_TOO_LARGE'));
    expect(names(record.headers).slice(0, 3)).toEqual(['trace', 'trace', HEADERS.reason]);
  });
});

describe('a dead letter', () => {
  const input = inputRecord({ headers: [header('trace'), header('other')] });

  it('goes to the dead letters at the partition it came from, with all its headers', () => {
    const letter = letterOf(input);
    const record = fitted(input, letter);
    expect(record).toEqual({
      deadLetter: 'VALIDATION_FAILED',
      deferred: false,
      contentSize: sizeOfContent(record.key, record.value, flatHeaders(record.headers)),
      topic: 'dlq',
      key: input.key,
      value: input.value,
      headers: letter.kind === 'dead-lettered' && letter.headers,
      partitionBy: 'source',
      sourcePartition: 5,
    });
  });

  it('gives up headers as its topic gets smaller: texts for readers, its own, at last all', () => {
    const forms: string[][] = [];
    let limit = 10_000;
    for (;;) {
      let form: Written;
      try {
        form = fitted(input, letterOf(input), { dlq: limit });
      } catch (error) {
        expect(error).toBeInstanceOf(UndeliverableError);
        break;
      }
      forms.push(names(form.headers));
      limit = bytesOf(form) - 1;
    }
    expect(forms.slice(1)).toEqual([['trace', 'other', ...CORE], CORE, []]);
  });

  it('that fits in no form tells which record and which topic', () => {
    const large = inputRecord({ value: Buffer.alloc(1_000), offset: '42' });
    const fitting = () => fitted(large, letterOf(large), { dlq: 1_000 });
    expect(fitting).toThrow(UndeliverableError);
    expect(fitting).toThrow('the record at offset 42 does not fit dlq');
  });

  it('of a tombstone without a key is written as such', () => {
    const tombstone = inputRecord({ key: null, value: null });
    expect(fitted(tombstone, letterOf(tombstone))).toMatchObject({ key: null, value: null });
  });
});

describe('an outcome that no interceptor has turned into a dead letter', () => {
  it.each<Outcome>([
    rejected('VALIDATION_FAILED', violations),
    { kind: 'failed', error: new Error('busy'), passing: true },
  ])('says which interceptor the handler of the topic lacks: %o', (outcome) => {
    const fitting = () => fitted(inputRecord(), outcome as Deliverable);
    expect(fitting).toThrow(MissingDeadLetterInterceptorError);
    expect(fitting).toThrow(
      `the handler of in returned the outcome '${outcome.kind}': add @UseInterceptors(DeadLetterInterceptor)`,
    );
  });
});

describe('whatever the limits and the record', () => {
  it('what is written fits, or even the bare letter would not; a letter has the key and value that came', () => {
    const anyInput = fc
      .record({ key: anyField, value: anyField, headers: anyHeaders })
      .map((fields) => inputRecord(fields));
    fc.assert(
      fc.property(anyInput, fc.boolean(), fc.nat(700), fc.nat(900), (input, letter, out, dlq) => {
        const limits = limitsOf({ out, dlq });
        const bare = batchSize(recordSize({ ...input, headers: [] }));
        try {
          const outcome = letter ? letterOf(input) : processed(Buffer.alloc(60));
          const record = fit(input, outcome, targets, origin, limits);
          const fits = batchSize(recordSize(record)) <= limits.get(record.topic);
          return (
            fits &&
            (record.deadLetter === undefined || (record.value === input.value && record.key === input.key))
          );
        } catch (error) {
          return error instanceof UndeliverableError && bare > dlq;
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('what waits for a retry', () => {
  const failure: Failed = { kind: 'failed', error: new Error('ill'.repeat(50)), passing: true, attempts: 2 };
  const input = inputRecord({ headers: [header('trace')] });
  const [deferred] = toDeadLetters(
    [input],
    [failure],
    { ...origin, nextRetry: { topic: 'retry', delayMs: 5 } },
    new Date(),
  ) as [Deferred];
  const fittedIn = (bytes: number) => fit(input, deferred, targets, origin, limitsFor(bytes));
  const limitsFor = (bytes: number) => {
    const limits = new TopicLimits();
    limits.set('retry', bytes);
    return limits;
  };

  it('goes to its topic with its value as it came, and without the text of the error where that is too much', () => {
    const record = fittedIn(10_000);
    expect(record).toMatchObject({
      topic: 'retry',
      deferred: true,
      deadLetter: undefined,
      value: input.value,
    });
    expect(names(record.headers)).toContain('retry.error');
    const shorter = fittedIn(bytesOf(record) - 1);
    expect(shorter.headers).toEqual(record.headers.slice(0, -1));
    expect(fittedIn(bytesOf(shorter) - 1)).toMatchObject({
      topic: 'dlq',
      deferred: false,
      deadLetter: 'RETRIES_EXHAUSTED',
    });
  });
});
