import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Token } from './oauth-bearer.js';
import { SecurityError } from './security-error.js';
import { TokenCache } from './token-cache.js';

const LIFETIME_MS = 100_000;

beforeEach(() => void jest.useFakeTimers({ now: 0 }));
afterEach(() => void jest.useRealTimers());

/** An endpoint that can go away; `valueAt` is the token that an authentication gets at a time. */
function setUp() {
  let count = 0;
  const works = (): Promise<Token> =>
    Promise.resolve({ value: `token-${++count}`, expiresAt: Date.now() + LIFETIME_MS });
  const fetchToken = jest.fn(works);
  const cache = new TokenCache(fetchToken);
  const valueAt = async (ms: number) => {
    jest.setSystemTime(ms);
    return (await cache.get()).value;
  };
  const fails = () => Promise.reject(new SecurityError('TOKEN_ENDPOINT_UNREACHABLE'));
  return { cache, fetchToken, valueAt, fails, works };
}

describe('a token', () => {
  it('is used for all connections until little of its lifetime is left', async () => {
    const { cache, fetchToken, valueAt } = setUp();
    await Promise.all([cache.get(), cache.get()]);
    expect(await valueAt(79_999)).toBe('token-1');
    expect(fetchToken).toHaveBeenCalledTimes(1);
    expect(await valueAt(80_000)).toBe('token-2');
  });

  it('is used as long as it is valid while no other can be fetched', async () => {
    const { fetchToken, valueAt, fails, works } = setUp();
    await valueAt(0);
    fetchToken.mockImplementation(fails);
    expect(await valueAt(80_000)).toBe('token-1');
    expect(await valueAt(99_999)).toBe('token-1');
    await expect(valueAt(100_000)).rejects.toMatchObject({ code: 'TOKEN_ENDPOINT_UNREACHABLE' });
    fetchToken.mockImplementation(works);
    expect(await valueAt(100_001)).toBe('token-2');
  });

  it('is not asked for at every authentication while the endpoint is away', async () => {
    const { fetchToken, valueAt, fails, works } = setUp();
    await valueAt(0);
    fetchToken.mockImplementation(fails);
    for (const ms of [80_000, 80_001, 84_999]) expect(await valueAt(ms)).toBe('token-1');
    expect(fetchToken).toHaveBeenCalledTimes(2);
    fetchToken.mockImplementation(works);
    expect(await valueAt(85_000)).toBe('token-2');
  });

  it('is used after a few seconds when the endpoint does not answer', async () => {
    const { fetchToken, valueAt } = setUp();
    await valueAt(0);
    const { promise, resolve } = Promise.withResolvers<Token>();
    fetchToken.mockReturnValue(promise);
    const value = valueAt(80_000);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(await value).toBe('token-1');
    resolve({ value: 'late', expiresAt: 190_000 });
    await jest.advanceTimersByTimeAsync(0);
    expect(await valueAt(83_001)).toBe('late');
  });

  it('is not used in place of one that has expired before it came', async () => {
    const { fetchToken, valueAt } = setUp();
    fetchToken.mockResolvedValue({ value: 'old', expiresAt: 0 });
    await expect(valueAt(1)).rejects.toMatchObject({ code: 'TOKEN_UNUSABLE' });
  });

  it('that was refused is fetched anew', async () => {
    const { cache, fetchToken, valueAt, fails } = setUp();
    await valueAt(0);
    cache.forget();
    expect(await valueAt(1)).toBe('token-2');
    cache.forget();
    fetchToken.mockImplementation(fails);
    await expect(valueAt(2)).rejects.toMatchObject({ code: 'TOKEN_ENDPOINT_UNREACHABLE' });
  });
});
