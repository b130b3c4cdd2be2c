import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { commitAgain } from './commit-again.js';

const LIMIT_MS = 20_000;
const LOST = Object.assign(new Error('closed'), { name: 'KafkaJSConnectionClosedError', retriable: true });
const answer = (type: string, retriable: boolean) => Object.assign(new Error(type), { type, retriable });

/** What comes of it when the coordinator gives these answers; more are not expected. */
async function ask(
  first: Error,
  answers: readonly (Error | 'committed')[],
  signal = new AbortController().signal,
) {
  let asked = 0;
  const commit = () => {
    const next = answers[asked++];
    if (next === 'committed') return Promise.resolve();
    return Promise.reject(next ?? new Error('asked too often'));
  };
  const ended = commitAgain(commit, first, LIMIT_MS, signal).then(
    () => 'committed',
    (error: unknown) => (error as Error).message,
  );
  await jest.advanceTimersByTimeAsync(LIMIT_MS + 1_000);
  return { asked, outcome: await ended };
}

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

describe('a commit whose answer is lost', () => {
  it('is asked for until the coordinator has committed it', async () => {
    expect(await ask(LOST, ['committed'])).toEqual({ asked: 1, outcome: 'committed' });
  });

  it.each([
    ['cannot be reached', LOST],
    ['is none any more', answer('NOT_COORDINATOR_FOR_GROUP', true)],
    ['loads what it is to know', answer('GROUP_LOAD_IN_PROGRESS', true)],
    ['still ends the transaction', answer('CONCURRENT_TRANSACTIONS', true)],
    ['says what nobody knows', answer('KAFKAJS_UNKNOWN_ERROR_CODE', false)],
  ])('is asked for again while the coordinator %s', async (_, error) => {
    const answers = [...Array.from({ length: 12 }, () => error), 'committed' as const];
    expect(await ask(LOST, answers)).toEqual({ asked: 13, outcome: 'committed' });
  });

  it.each(['INVALID_PRODUCER_EPOCH', 'INVALID_TXN_STATE', 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED'])(
    'fails when the coordinator answers %s',
    async (type) => {
      const refusal = answer(type, false);
      expect(await ask(refusal, [])).toEqual({ asked: 0, outcome: type });
      expect(await ask(LOST, [LOST, refusal])).toEqual({ asked: 2, outcome: type });
    },
  );

  it('fails with the last error once the transaction has timed out, after a question a second', async () => {
    const busy = answer('CONCURRENT_TRANSACTIONS', true);
    const { asked, outcome } = await ask(LOST, [LOST, ...Array.from({ length: 99 }, () => busy)]);
    expect(outcome).toBe(busy.message);
    expect(asked).toBeGreaterThan(LIMIT_MS / 1_000);
    expect(asked).toBeLessThan(LIMIT_MS / 1_000 + 6);
  });

  it('is not asked for any more once the producer is closed', async () => {
    expect(await ask(LOST, [], AbortSignal.abort())).toEqual({ asked: 0, outcome: LOST.message });
    const closing = new AbortController();
    setTimeout(() => closing.abort(), 1_000);
    const { asked } = await ask(
      LOST,
      Array.from({ length: 99 }, () => LOST),
      closing.signal,
    );
    expect(asked).toBeLessThan(6);
  });
});
