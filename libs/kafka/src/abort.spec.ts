import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AbortedError, abortableDelay, untilAborted, untilSuccess, withTimeLimit } from './abort.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const never = new Promise<never>(() => undefined);

describe('trying until it succeeds', () => {
  it('ends with an abort even when the attempt in hand never does', async () => {
    const stopping = new AbortController();
    const tried = untilSuccess(() => never, stopping.signal);
    stopping.abort();
    await expect(tried).resolves.toBeUndefined();
  });
});

describe('an abortable delay', () => {
  it('ends after its time, not before', async () => {
    let ended = false;
    void abortableDelay(100, new AbortController().signal).then(() => (ended = true));
    await jest.advanceTimersByTimeAsync(99);
    expect(ended).toBe(false);
    await jest.advanceTimersByTimeAsync(1);
    expect(ended).toBe(true);
  });

  it('ends at once when it is aborted, and leaves no timer', async () => {
    const abort = new AbortController();
    const delay = abortableDelay(100, abort.signal);
    abort.abort();
    await expect(delay).resolves.toBeUndefined();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('does not begin when it is already aborted', async () => {
    await abortableDelay(100, AbortSignal.abort());
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('work until it is aborted', () => {
  it('gives its own result, or its own error', async () => {
    const { signal } = new AbortController();
    const error = new Error('own');
    await expect(untilAborted(Promise.resolve(7), signal)).resolves.toBe(7);
    await expect(untilAborted(Promise.reject(error), signal)).rejects.toBe(error);
  });

  it('is given up as soon as its signal is aborted, with the reason', async () => {
    const abort = new AbortController();
    const work = untilAborted(never, abort.signal);
    abort.abort('paused');
    await expect(work).rejects.toThrow(AbortedError);
    await expect(work).rejects.toThrow('paused');
  });

  it('is given up when its signal is aborted already', async () => {
    await expect(untilAborted(never, AbortSignal.abort())).rejects.toBeInstanceOf(AbortedError);
  });

  it('may fail later, unheard', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    await expect(untilAborted(promise, AbortSignal.abort())).rejects.toThrow(AbortedError);
    reject(new Error('later'));
    await expect(promise).rejects.toThrow('later');
  });
});

describe('a time limit', () => {
  it.each([
    ['succeeds', Promise.resolve()],
    ['fails', Promise.reject(new Error('failed'))],
  ])('is kept by work that %s in time, and leaves no timer', async (_, work) => {
    expect(await withTimeLimit(work, 100)).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ends the wait for work that takes longer', async () => {
    const inTime = withTimeLimit(never, 100);
    await jest.advanceTimersByTimeAsync(100);
    expect(await inTime).toBe(false);
  });
});
