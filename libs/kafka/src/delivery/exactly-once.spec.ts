import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { AbortedError, DeadlineError } from '../abort.js';
import { DRIVER_DEADLINE_MS } from '../driver/driver-deadline.js';
import { TransactionError, type TransactionalProducer } from '../driver/transactional-producer.js';
import { TransportEvents } from '../events.js';
import type { OutgoingRecord, TopicPartition } from '../record.js';
import { FakeBatch } from '../testing/batches.js';
import { outgoingRecord } from '../testing/records.js';
import { ExactlyOnceDelivery } from './exactly-once.js';
import { TopicLimits } from './topic-limits.js';

const WHERE = { topic: 'in', partition: 0 };
const OTHER = { topic: 'in', partition: 1 };

/** What happens, in its order, over all producers; each has a number. */
function setUp(committed: bigint | 'nothing' = 5n, checksMembers = true) {
  const log: string[] = [];
  const failures: { open: Error[]; read: (Error | Promise<never>)[]; commit: unknown[] } = {
    open: [],
    read: [],
    commit: [],
  };
  let awaited: Promise<void> | undefined;
  const spent = new Set<number>();
  const openedFor: TopicPartition[] = [];
  const openProducer = (where: TopicPartition) => {
    const id = openedFor.push(where);
    log.push(`open ${String(id)} for ${String(where.partition)}`);
    const failure = failures.open.shift();
    if (failure) return Promise.reject(failure);
    const producer: Pick<TransactionalProducer, 'commit' | 'abandon' | 'close' | 'isSpent'> = {
      get isSpent() {
        return spent.has(id);
      },
      commit: async (positions, write, member) => {
        await write((records) => Promise.resolve(log.push(`${String(id)} writes ${String(records.length)}`)));
        const offsets = positions.map(({ partition, offset }) => `${String(partition)}@${String(offset)}`);
        const as = member ? ` as ${member.memberId}` : '';
        log.push(`${String(id)} commits ${offsets.join(' ')}${as}`);
        const error = failures.commit.shift();
        if (error instanceof Promise) await error;
        if (error) throw error as Error;
      },
      abandon: () => void log.push(`abandon ${String(id)}`),
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
  const read = () => {
    log.push('read');
    const failure = failures.read.shift();
    if (failure instanceof Promise) return failure;
    return failure
      ? Promise.reject(failure)
      : Promise.resolve(committed === 'nothing' ? undefined : committed);
  };
  const events = new TransportEvents();
  events.on('transaction', ({ outcome }) => log.push(outcome));
  const delivery = new ExactlyOnceDelivery(
    openProducer,
    {
      readStable: async () => ({ offset: await read(), checksMembers }),
      range: () => Promise.resolve({ low: 2n, high: 9n }),
      close: () => Promise.resolve(void log.push('close offsets')),
    },
    new TopicLimits(),
    events,
  );
  const records: readonly OutgoingRecord[] = [outgoingRecord(), outgoingRecord()];
  return { log, openedFor, failures, spent, delivery, records, late };
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
    expect(log.slice(-3)).toEqual(['abandon 1', 'close 1', 'unknown']);
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

  it('gives the producer, which stays, nothing of the batch that it was opened for', async () => {
    const { openedFor, delivery } = setUp();
    await delivery.open(FakeBatch.of(2));
    expect(openedFor).toEqual([WHERE]);
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
    expect(log.slice(2)).toEqual(['1 writes 2', '1 commits 0@7', 'committed']);
  });

  it.each(['aborted', 'unknown'] as const)(
    'that ends as %s throws the cause and leaves the partition to be opened anew',
    async (outcome) => {
      const { log, failures, delivery, records } = setUp();
      await delivery.open(WHERE);
      const cause = new Error('fenced');
      failures.commit.push(new TransactionError(outcome, cause));
      await expect(delivery.deliver(FakeBatch.of(2), records)).rejects.toBe(cause);
      expect(log.slice(4)).toEqual(['abandon 1', 'close 1', outcome]);
      await expect(delivery.deliver(FakeBatch.of(2), records)).rejects.toThrow('not open');
    },
  );

  it('whose producer is spent is committed, and leaves the partition to be opened anew', async () => {
    const { log, spent, delivery, records } = setUp();
    await delivery.open(WHERE);
    spent.add(1);
    expect(delivery.isOpen(WHERE)).toBe(true);
    await delivery.deliver(FakeBatch.of(2, 5), records);
    expect(log.slice(2)).toEqual(['1 writes 2', '1 commits 0@7', 'close 1', 'committed']);
    expect(delivery.isOpen(WHERE)).toBe(false);
  });
});

const MEMBER = { memberId: 'm', generationId: 3 };

/** A batch of five that this member has fetched. */
const fetched = (partition: number, member = MEMBER) =>
  Object.assign(FakeBatch.of(2, 5), { partition, member });

/** Both partitions are open; `both` delivers a batch of each at the same time. */
async function setUpBoth(checksMembers = true) {
  const all = setUp(5n, checksMembers);
  const { log, failures, delivery, records } = all;
  const openBoth = async () => {
    await delivery.open(WHERE);
    await delivery.open(OTHER);
  };
  const both = () => [delivery.deliver(fetched(0), records), delivery.deliver(fetched(1), records)];
  const commits = () => log.filter((line) => line.includes('commits'));
  /** Both are being written, until the transaction ends in that error. */
  const held = async () => {
    const { promise, reject: end } = Promise.withResolvers<never>();
    failures.commit.push(promise);
    const written = both();
    while (commits().length === 0) await new Promise(setImmediate);
    log.length = 0;
    return { written, end };
  };
  await openBoth();
  return { ...all, openBoth, both, commits, held };
}

describe('batches that are ready together', () => {
  it('share a transaction with all their positions, as the member that has fetched them', async () => {
    const { log, both } = await setUpBoth();
    await Promise.all(both());
    expect(log.slice(4)).toEqual(['1 writes 4', '1 commits 0@7 1@7 as m', 'committed']);
  });

  it('leave it to two producers to write them, however many there are', async () => {
    const { log, delivery, records } = setUp();
    const numbers = [0, 1, 2, 3, 4];
    for (const partition of numbers) await delivery.open({ topic: 'in', partition });
    for (let round = 0; round < 6; round++) {
      await Promise.all(numbers.map((partition) => delivery.deliver(fetched(partition), records)));
    }
    const writers = log.filter((line) => line.includes('writes')).map((line) => line[0]);
    expect(writers).toEqual(['4', '5', '4', '5', '4', '5']);
  });

  it('take turns with their producers', async () => {
    const { log, delivery, records } = await setUpBoth();
    for (let round = 0; round < 3; round++) {
      await Promise.all([delivery.deliver(fetched(1), records), delivery.deliver(fetched(0), records)]);
    }
    const writers = log.filter((line) => line.includes('writes')).map((line) => line[0]);
    expect(writers).toEqual(['1', '2', '1']);
  });

  it('of two generations are two transactions', async () => {
    const { delivery, records, commits } = await setUpBoth();
    const later = { ...MEMBER, generationId: 4 };
    await Promise.all([delivery.deliver(fetched(0), records), delivery.deliver(fetched(1, later), records)]);
    expect(commits()).toEqual(['1 commits 0@7 as m', '2 commits 1@7 as m']);
  });

  it('are written alone where one is large', async () => {
    const { delivery, records, commits } = await setUpBoth();
    const large = [{ ...outgoingRecord(), value: Buffer.alloc(200_000) }];
    await Promise.all([delivery.deliver(fetched(0), records), delivery.deliver(fetched(1), large)]);
    expect(commits()).toEqual(['2 commits 1@7 as m', '1 commits 0@7 as m']);
  });

  it('fail together, and are written alone the next time', async () => {
    const { log, failures, openBoth, both, commits } = await setUpBoth();
    const cause = new Error('may not write');
    failures.commit.push(new TransactionError('aborted', cause));
    const failed = await Promise.allSettled(both());
    expect(failed.map((one) => one.status === 'rejected' && (one.reason as unknown))).toEqual([cause, cause]);
    await openBoth();
    log.length = 0;
    await Promise.all(both());
    expect(commits()).toEqual(['3 commits 0@7 as m', '4 commits 1@7 as m']);
    log.length = 0;
    await Promise.all(both());
    expect(commits()).toHaveLength(1);
  });

  it('are given up when one of their partitions is opened anew meanwhile', async () => {
    const { log, delivery, held } = await setUpBoth();
    const { written, end } = await held();
    await delivery.open(OTHER);
    expect(log).toEqual(['abandon 1', 'close 2', 'open 3 for 1', 'read']);
    const givenUp = new AbortedError('the transaction was given up');
    end(new TransactionError('aborted', givenUp));
    const reasons = (await Promise.allSettled(written)).map(
      (one) => one.status === 'rejected' && (one.reason as unknown),
    );
    expect(reasons).toEqual([givenUp, givenUp]);
  });

  it('leave out one whose partition was opened anew before', async () => {
    const { log, delivery, both } = await setUpBoth();
    const written = both();
    const opening = delivery.open(OTHER);
    const [first, second] = await Promise.allSettled(written);
    await opening;
    expect(first?.status).toBe('fulfilled');
    expect(second).toMatchObject({ reason: expect.any(AbortedError) as unknown });
    expect(log).toContain('1 commits 0@7 as m');
  });

  it('do not share where the brokers do not check members, and are not committed as one', async () => {
    const { both, commits } = await setUpBoth(false);
    await Promise.all(both());
    expect(commits()).toEqual(['1 commits 0@7', '2 commits 1@7']);
  });

  it('are given up when one of their partitions goes to others', async () => {
    const { log, delivery, held } = await setUpBoth();
    const { written, end } = await held();
    delivery.assigned([WHERE]);
    expect(log).toEqual(['abandon 1', 'close 2']);
    end(new Error('given up'));
    await Promise.allSettled(written);
  });
});

describe('the next fetch', () => {
  /** Fifty partitions have shared a transaction just now. */
  async function afterSharing() {
    const { delivery, records } = setUp();
    const numbers = Array.from({ length: 50 }, (_, partition) => partition);
    await Promise.all(numbers.map((partition) => delivery.open({ topic: 'in', partition })));
    await Promise.all(numbers.map((partition) => delivery.deliver(fetched(partition), records)));
    return delivery;
  }

  it('waits after a small transaction of many partitions', async () => {
    const delivery = await afterSharing();
    const began = performance.now();
    await delivery.pace(new AbortController().signal);
    expect(performance.now() - began).toBeGreaterThan(50);
  });

  it('does not wait for a service that stops', async () => {
    const delivery = await afterSharing();
    const began = performance.now();
    await delivery.pace(AbortSignal.abort());
    expect(performance.now() - began).toBeLessThan(50);
  });
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
