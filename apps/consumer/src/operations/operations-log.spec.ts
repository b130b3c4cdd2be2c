import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { ReplayKeys, TopicLimits, type Kafka } from '@pipeline/kafka';
import { OperationsLog, OperationsUnavailableError } from './operations-log.js';
import { encodeFact } from './operation-record.js';
import { OperationsState } from './operations-state.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const OPTIONS = { group: 'g', topic: 'g-operations', specs: [], secret: undefined, socketTimeoutMs: 1_000 };
const FACT = { is: 'key', key: { id: 'abcdef01', secret: Buffer.alloc(32).toString('base64') } } as const;

/** A topic that has more than was read of it, as behind a transaction that is open. */
function logOf() {
  let sent = 0;
  const producer = () => {
    let isOpen = false;
    return {
      connect: () => Promise.resolve(void (isOpen = true)),
      sendBatch: async () => {
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        if (!isOpen) throw new Error('the connection is gone');
        sent++;
      },
      disconnect: () => Promise.resolve(void (isOpen = false)),
    };
  };
  const kafka = { producer } as unknown as Kafka;
  const log = new OperationsLog(
    kafka,
    OPTIONS,
    new OperationsState(),
    new ReplayKeys('g'),
    new TopicLimits(),
    () => Promise.resolve(5n),
  );
  return { log, count: () => sent };
}

it('does not know what becomes of a fact that it has written and not read back', async () => {
  const { log, count } = logOf();
  jest.spyOn(log, 'isKnown', 'get').mockReturnValue(true);
  const failed = log.write([FACT]).catch((error: unknown) => error);
  // A dead runner's transaction stands in the way for ten seconds, and until the broker looks, ten more.
  await jest.advanceTimersByTimeAsync(20_000);
  expect(await Promise.race([failed, Promise.resolve('waits')])).toBe('waits');
  await jest.advanceTimersByTimeAsync(10_000);
  expect(await failed).toMatchObject({ name: 'OperationsUnavailableError', mayTakeEffect: true });
  expect(count()).toBe(1);
});

it('disturbs no other that is being written', async () => {
  const { log, count } = logOf();
  jest.spyOn(log, 'isKnown', 'get').mockReturnValue(true);
  const first = log.write([FACT]).catch(() => undefined);
  await jest.advanceTimersByTimeAsync(24_500);
  const second = log.write([FACT]).catch((error: unknown) => String(error));
  await jest.advanceTimersByTimeAsync(30_000);
  await first;
  expect(await second).not.toContain('the connection is gone');
  expect(count()).toBe(2);
});

it('writes nothing before it has read the topic', async () => {
  const { log, count } = logOf();
  const error = await log.write([FACT]).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(OperationsUnavailableError);
  expect(error).toMatchObject({ mayTakeEffect: false });
  expect(count()).toBe(0);
});

it('uses a key soon after it was read, whatever the clock of its writer says', async () => {
  const { log } = logOf();
  const { key, value } = encodeFact(OPTIONS.group, FACT, undefined);
  const record = { key, value, timestampMs: Date.now() + 300_000 };
  (log as unknown as { take(one: typeof record): void }).take(record);
  const settled = jest.fn();
  void log.settledKey(new AbortController().signal).then(settled);
  await jest.advanceTimersByTimeAsync(1_900);
  expect(settled).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(200);
  expect(settled).toHaveBeenCalled();
});
