import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DeadlineError } from '../abort.js';
import { DRIVER_DEADLINE_MS } from '../driver/driver-deadline.js';
import { TransactionError, type TransactionalProducer } from '../driver/transactional-producer.js';
import { TransportEvents } from '../events.js';
import type { OutgoingRecord } from '../record.js';
import { FakeBatch } from '../testing/batches.js';
import { outgoingRecord } from '../testing/records.js';
import { ExactlyOnceDelivery } from './exactly-once.js';
import { TopicLimits } from './topic-limits.js';

const WHERE = { topic: 'in', partition: 0 };
const OTHER = { topic: 'in', partition: 1 };

/** What happens, in its order, over all producers; each has a number. */
function setUp(committed: bigint | 'nothing' = 5n) {
  const log: string[] = [];
  const failures: { open: Error[]; read: (Error | Promise<never>)[]; commit: unknown[] } = {
    open: [],
    read: [],
    commit: [],
  };
  let awaited: Promise<void> | undefined;
  let opened = 0;
  const openProducer = ({ partition }: { partition: number }) => {
    const id = ++opened;
    log.push(`open ${String(id)} for ${String(partition)}`);
    const failure = failures.open.shift();
    if (failure) return Promise.reject(failure);
    const producer: Pick<TransactionalProducer, 'commit' | 'close'> = {
      commit: async (_, offset, write) => {
        await write((records) => Promise.resolve(log.push(`${String(id)} writes ${String(records.length)}`)));
        log.push(`${String(id)} commits ${String(offset)}`);
        const error = failures.commit.shift();
        if (error instanceof Promise) await error;
        if (error) throw error as Error;
      },
      close: () => Promise.resolve(void log.push(`close ${String(id)}`)),
    };
    const waiting = awaited ?? Promise.resolve();
    awaited = undefined;
    return waiting.then(() => producer as TransactionalProducer);
  };
  /** The next producer takes its time. */
  const late = () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    awaited = promise;
    return { arrive: () => resolve(undefined) };
  };
  const events = new TransportEvents();
  events.on('transaction', ({ outcome }) => log.push(outcome));
  const delivery = new ExactlyOnceDelivery(
    openProducer,
    {
      read: () => {
        log.push('read');
        const failure = failures.read.shift();
        if (failure instanceof Promise) return failure;
        return failure
          ? Promise.reject(failure)
          : Promise.resolve(committed === 'nothing' ? undefined : committed);
      },
      range: () => Promise.resolve({ low: 2n, high: 9n }),
      close: () => Promise.resolve(void log.push('close offsets')),
    },
    new TopicLimits(),
    events,
  );
  const records: readonly OutgoingRecord[] = [outgoingRecord(), outgoingRecord()];
  return { log, failures, delivery, records, late };
}

describe('a call of the driver that never ends', () => {
  const never = new Promise<never>(() => undefined);

  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('while a partition is opened counts as failed, and a producer that comes late is closed', async () => {
    const { log, delivery, late } = setUp();
    const producer = late();
    const opened = expect(delivery.open(WHERE)).rejects.toThrow(DeadlineError);
    await jest.advanceTimersByTimeAsync(DRIVER_DEADLINE_MS);
    await opened;
    producer.arrive();
    await jest.advanceTimersByTimeAsync(0);
    expect(log).toEqual(['open 1 for 0', 'close 1']);
    expect(await delivery.open(WHERE)).toBe(5n);
  });

  it('while the committed offset is read counts as failed', async () => {
    const { log, failures, delivery } = setUp();
    failures.read.push(never);
    const opened = expect(delivery.open(WHERE)).rejects.toThrow(DeadlineError);
    await jest.advanceTimersByTimeAsync(DRIVER_DEADLINE_MS);
    await opened;
    expect(log).toEqual(['open 1 for 0', 'read', 'close 1']);
  });

  it('while a batch is written counts as failed, and the partition is opened anew', async () => {
    const { log, failures, delivery, records } = setUp();
    await delivery.open(WHERE);
    failures.commit.push(never);
    const delivered = expect(delivery.deliver(FakeBatch.of(2), records)).rejects.toThrow(DeadlineError);
    await jest.advanceTimersByTimeAsync(DRIVER_DEADLINE_MS);
    await delivered;
    expect(log.slice(-2)).toEqual(['close 1', 'unknown']);
    await expect(delivery.deliver(FakeBatch.of(2), records)).rejects.toThrow('not open');
  });
});

describe('opening a partition', () => {
  it('shuts out the former owner before it reads where to go on', async () => {
    const { log, delivery } = setUp();
    expect(await delivery.open(WHERE)).toBe(5n);
    expect(log).toEqual(['open 1 for 0', 'read']);
  });

  it('begins at the first record where nothing is committed', async () => {
    expect(await setUp('nothing').delivery.open(WHERE)).toBe(2n);
  });

  it('takes a new producer every time', async () => {
    const { log, delivery } = setUp();
    await delivery.open(WHERE);
    await delivery.open(WHERE);
    expect(log).toEqual(['open 1 for 0', 'read', 'close 1', 'open 2 for 0', 'read']);
  });

  it('keeps no producer whose start could not be read', async () => {
    const { log, failures, delivery, records } = setUp();
    failures.read.push(new Error('no broker'));
    await expect(delivery.open(WHERE)).rejects.toThrow('no broker');
    expect(log).toEqual(['open 1 for 0', 'read', 'close 1']);
    await expect(delivery.deliver(FakeBatch.of(2), records)).rejects.toThrow('not open');
  });

  it('fails as the producer does', async () => {
    const { failures, delivery } = setUp();
    failures.open.push(new Error('no coordinator'));
    await expect(delivery.open(WHERE)).rejects.toThrow('no coordinator');
  });
});

describe('a delivery', () => {
  it('is one transaction with the offset after the batch', async () => {
    const { log, delivery, records } = setUp();
    await delivery.open(WHERE);
    await delivery.deliver(FakeBatch.of(2, 5), records);
    expect(log.slice(2)).toEqual(['1 writes 2', '1 commits 7', 'committed']);
  });

  it.each(['aborted', 'unknown'] as const)(
    'that ends as %s throws the cause and leaves the partition to be opened anew',
    async (outcome) => {
      const { log, failures, delivery, records } = setUp();
      await delivery.open(WHERE);
      const cause = new Error('fenced');
      failures.commit.push(new TransactionError(outcome, cause));
      await expect(delivery.deliver(FakeBatch.of(2), records)).rejects.toBe(cause);
      expect(log.slice(4)).toEqual(['close 1', outcome]);
      await expect(delivery.deliver(FakeBatch.of(2), records)).rejects.toThrow('not open');
    },
  );
});

describe('an assignment', () => {
  it('closes the producers of partitions that went to others, and no more', async () => {
    const { log, delivery } = setUp();
    await delivery.open(WHERE);
    await delivery.open(OTHER);
    delivery.assigned([OTHER]);
    expect(log.slice(4)).toEqual(['close 1']);
  });

  it('ends with all producers closed', async () => {
    const { log, delivery } = setUp();
    await delivery.open(WHERE);
    await delivery.open(OTHER);
    await delivery.close();
    expect(log.slice(4)).toEqual(['close 1', 'close 2', 'close offsets']);
  });
});
