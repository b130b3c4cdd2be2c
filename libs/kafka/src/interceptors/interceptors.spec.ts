import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { defer, lastValueFrom, of, throwError, type Observable } from 'rxjs';
import { flatHeaders } from '../driver/codec/header-block.js';
import { TransportEvents } from '../events.js';
import { processed, rejected, type Outcome } from '../outcome.js';
import type { InputRecord } from '../record.js';
import { BatchContext } from '../server/batch-context.js';
import { FakeBatch } from '../testing/batches.js';
import { DeadLetterInterceptor } from './dead-letter.interceptor.js';
import { KeepErrorFilter } from './keep-error.filter.js';
import { MetricsInterceptor } from './metrics.interceptor.js';
import { RetryInterceptor } from './retry.interceptor.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const error = new Error('busy');
const failed: Outcome = { kind: 'failed', error, passing: true };
const done = processed(Buffer.from('done'));

type Args = [readonly InputRecord[], BatchContext];

/** The arguments of one call of the transport, as Nest shares them between interceptors and handler. */
function callOf(count: number) {
  const batch = FakeBatch.of(count);
  const args: Args = [batch.records, new BatchContext(batch, 'g', new AbortController().signal, 1)];
  return { batch, args, context: { getArgs: () => args } as unknown as ExecutionContext };
}

const handlerOf = (handle: () => Observable<readonly Outcome[]>): CallHandler<readonly Outcome[]> => ({
  handle,
});

describe('the metrics interceptor', () => {
  it.each([
    ['outcomes', of([done, done])],
    ['an error', throwError(() => error)],
  ])('tells how long the batch took when it ends in %s', async (_, result) => {
    const events = new TransportEvents();
    const told: unknown[] = [];
    events.on('handled', (event) => told.push(event));
    const handled = new MetricsInterceptor(events).intercept(callOf(2).context, {
      handle: () => {
        jest.advanceTimersByTime(1_500);
        return result;
      },
    });
    await lastValueFrom(handled).catch((thrown: unknown) => expect(thrown).toBe(error));
    expect(told).toEqual([{ records: 2, seconds: 1.5 }]);
  });
});

describe('the dead letter interceptor', () => {
  it('turns what is rejected or failed into dead letters of its record', async () => {
    const { context } = callOf(3);
    const outcomes = of<readonly Outcome[]>([rejected('MALFORMED_JSON', []), done, failed]);
    const letters = await lastValueFrom(
      new DeadLetterInterceptor().intercept(
        context,
        handlerOf(() => outcomes),
      ),
    );
    expect(letters).toMatchObject([
      { kind: 'dead-lettered', reason: 'MALFORMED_JSON' },
      { kind: 'processed' },
      { kind: 'dead-lettered', reason: 'RETRIES_EXHAUSTED' },
    ]);
    const [, , last] = letters;
    const headers = new Map(last?.kind === 'dead-lettered' ? flatHeaders(last.headers) : []);
    expect(String(headers.get('__connect.errors.topic'))).toBe('in');
    expect(String(headers.get('__connect.errors.offset'))).toBe('2');
    expect(String(headers.get('kafka_dlt-original-consumer-group'))).toBe('g');
  });
});

describe('the retry interceptor', () => {
  const options = { limit: 3, initialDelayMs: 10, maxDelayMs: 10 };

  async function intercept(answers: (readonly Outcome[])[] | Error) {
    const events = new TransportEvents();
    const retried: unknown[] = [];
    events.on('retried', (event) => retried.push(event));
    const { args, batch, context } = callOf(2);
    const seen: string[][] = [];
    const handle = () =>
      defer(() => {
        seen.push(args[0].map(({ offset }) => offset));
        return answers instanceof Error ? throwError(() => answers) : of(answers[seen.length - 1] ?? []);
      });
    const result = lastValueFrom(new RetryInterceptor(options, events).intercept(context, handlerOf(handle)));
    const settled = Promise.allSettled([result]);
    await jest.runAllTimersAsync();
    const [outcome] = await settled;
    return { outcome, seen, retried, restored: args[0] === batch.records };
  }

  it('calls the handler again with just what failed, and gives everybody else the whole batch', async () => {
    const { outcome, seen, retried, restored } = await intercept([[done, failed], [done]]);
    expect(outcome).toEqual({ status: 'fulfilled', value: [done, { ...done, attempts: 2 }] });
    expect(seen).toEqual([['0', '1'], ['1']]);
    expect(retried).toEqual([{ records: 1, attempt: 2 }]);
    expect(restored).toBe(true);
  });

  it('passes on what the handler throws, with the whole batch in its place', async () => {
    const { outcome, restored } = await intercept(error);
    expect(outcome).toEqual({ status: 'rejected', reason: error });
    expect(restored).toBe(true);
  });
});

describe('the error filter', () => {
  it('keeps the very error', async () => {
    await expect(lastValueFrom(new KeepErrorFilter().catch(error))).rejects.toBe(error);
  });
});
