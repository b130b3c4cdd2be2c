import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AbortedError } from '../abort.js';
import { processed, rejected, type Outcome } from '../outcome.js';
import { retryFailed, type RetryOptions } from './retry-failed.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const error = new Error('busy');
const failed = (passing = true): Outcome => ({ kind: 'failed', error, passing });
const done = processed(Buffer.from('done'));

/** A handler whose records say how often they fail before they succeed. */
function handlerOf(failures: Record<string, number>) {
  const calls: string[][] = [];
  const left = { ...failures };
  const handle = (records: readonly string[]) => {
    calls.push([...records]);
    return Promise.resolve(
      records.map((name) => ((left[name] = (left[name] ?? 0) - 1) >= 0 ? failed() : done)),
    );
  };
  return { calls, handle };
}

const OPTIONS: RetryOptions = { limit: 3, initialDelayMs: 100, maxDelayMs: 1_000 };

async function run(
  records: readonly string[],
  handle: (records: readonly string[]) => Promise<readonly Outcome[]>,
  options: Partial<RetryOptions> = {},
): Promise<readonly Outcome[]> {
  const outcomes = retryFailed(records, handle, { ...OPTIONS, ...options }, new AbortController().signal);
  outcomes.catch(() => undefined);
  await jest.runAllTimersAsync();
  return outcomes;
}

describe('trying again', () => {
  it('happens to nothing when nothing failed', async () => {
    const { calls, handle } = handlerOf({});
    expect(await run(['a', 'b'], handle)).toEqual([done, done]);
    expect(calls).toEqual([['a', 'b']]);
  });

  it('happens to just what failed for a passing reason, and puts each outcome in its place', async () => {
    const { calls, handle } = handlerOf({ b: 1, d: 2 });
    const [second, third] = [2, 3].map((attempts) => ({ ...done, attempts }));
    expect(await run(['a', 'b', 'c', 'd'], handle)).toEqual([done, second, done, third]);
    expect(calls).toEqual([['a', 'b', 'c', 'd'], ['b', 'd'], ['d']]);
  });

  it('never happens to what is rejected or failed for good', async () => {
    const outcomes = [rejected('MALFORMED_JSON', []), failed(false)];
    let calls = 0;
    const handle = () => (++calls, Promise.resolve(outcomes));
    expect(await run(['a', 'b'], handle)).toEqual(outcomes);
    expect(calls).toBe(1);
  });

  it('ends at the limit; what was called again tells its number of calls', async () => {
    const { calls, handle } = handlerOf({ a: 9, b: 1 });
    expect(await run(['a', 'b'], handle)).toEqual([
      { ...failed(), attempts: 3 },
      { ...done, attempts: 2 },
    ]);
    expect(calls).toHaveLength(3);
  });

  it.each([
    ['failure for good', failed(false)],
    ['rejection', rejected('MALFORMED_JSON', [])],
  ])('that turns out as a %s ends there, with its number of calls', async (_, end) => {
    const answers = [failed(), end, done];
    let calls = 0;
    const handle = () => Promise.resolve([answers[calls++] ?? done]);
    expect(await run(['a'], handle)).toEqual([{ ...end, attempts: 2 }]);
  });

  it('does not happen under a limit of one', async () => {
    const { calls, handle } = handlerOf({ a: 1 });
    expect(await run(['a'], handle, { limit: 1 })).toEqual([failed()]);
    expect(calls).toHaveLength(1);
  });

  it('is told before each further call', async () => {
    const told: unknown[] = [];
    const { handle } = handlerOf({ a: 1, b: 2 });
    await run(['a', 'b', 'c'], handle, { onRetry: (retry) => told.push(retry) });
    expect(told).toEqual([
      { records: 2, attempt: 2 },
      { records: 1, attempt: 3 },
    ]);
  });

  it('passes on what the handler throws', async () => {
    await expect(run(['a'], () => Promise.reject(error))).rejects.toBe(error);
  });

  it('goes on with what a handler began with, and calls for the rest of what failed as often as it takes', async () => {
    const { calls, handle } = handlerOf({ a: 1, b: 1, c: 1 });
    const three = (records: readonly string[]) => handle(records.slice(0, calls.length === 0 ? 3 : 2));
    const again = { ...done, attempts: 2 };
    expect(await run(['a', 'b', 'c', 'd'], three)).toEqual([again, again, again]);
    expect(calls).toEqual([['a', 'b', 'c'], ['a', 'b'], ['c']]);
  });

  it('leaves what failed behind the call in hand when time is over, and tries that as often as any', async () => {
    const { calls, handle } = handlerOf({ b: 2, d: 1, e: 1 });
    const one = (records: readonly string[]) => handle(calls.length === 0 ? records : records.slice(0, 1));
    const isOverdue = () => calls.length > 1;
    const outcomes = await run(['a', 'b', 'c', 'd', 'e'], one, { isOverdue });
    expect(outcomes).toEqual([done, { ...done, attempts: 3 }, done]);
    expect(calls).toEqual([['a', 'b', 'c', 'd', 'e'], ['b'], ['b']]);
  });

  it('finds the record that makes a handler throw, and fails it alone', async () => {
    const bug = new TypeError('a bug');
    const handle = (records: readonly string[]) =>
      records.includes('b') ? Promise.reject(bug) : Promise.resolve(records.map(() => done));
    expect(await run(['a', 'b', 'c'], handle)).toEqual([
      done,
      { kind: 'failed', error: bug, passing: false },
      done,
    ]);
  });

  it.each([0, 2])('refuses %i outcomes for one record', async (count) => {
    const handle = () => Promise.resolve(Array<Outcome>(count).fill(done));
    await expect(run(['a'], handle)).rejects.toThrow(`returned ${count} outcomes for 1 records`);
  });
});

describe('the waits between tries', () => {
  async function waits(random: number): Promise<number[]> {
    jest.spyOn(Math, 'random').mockReturnValue(random);
    const times: number[] = [];
    const handle = () => {
      times.push(Date.now());
      return Promise.resolve([failed()]);
    };
    await run(['a'], handle, { limit: 7 });
    return times.slice(1).map((time, index) => time - (times[index] ?? 0));
  }

  it('are below bounds that double up to the longest', async () => {
    expect(await waits(1 - Number.EPSILON)).toEqual([99, 199, 399, 799, 999, 999]);
  });

  it('may be next to nothing', async () => {
    for (const wait of await waits(0)) expect(wait).toBeLessThanOrEqual(1);
  });

  it('end at once when the work is aborted, without a further call', async () => {
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    const abort = new AbortController();
    const { calls, handle } = handlerOf({ a: 1 });
    const outcomes = retryFailed(['a'], handle, OPTIONS, abort.signal);
    outcomes.catch(() => undefined);
    await jest.advanceTimersByTimeAsync(10);
    abort.abort();
    await expect(outcomes).rejects.toBeInstanceOf(AbortedError);
    expect(calls).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });
});
