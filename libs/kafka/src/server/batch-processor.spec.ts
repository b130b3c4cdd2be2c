import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { MissingDeadLetterInterceptorError } from '../delivery/fit.js';
import { processed, rejected, type Deliverable } from '../outcome.js';
import { FakeBatch } from '../testing/batches.js';
import { Bench, processAll, WHERE, type Handle } from '../testing/processor-bench.js';
import type { BatchContext } from './batch-context.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const letter: Deliverable = { kind: 'dead-lettered', reason: 'MALFORMED_JSON', headers: [] };
const errorOf = (type: string) => Object.assign(new Error('refused'), { type });
const rebalancing = () => errorOf('REBALANCE_IN_PROGRESS');
const settled = () => jest.advanceTimersByTimeAsync(0);

const advanced = (batch: FakeBatch): boolean => batch.calls.includes('advance');

describe('a batch', () => {
  it('is delivered in order, then advanced past and reported', async () => {
    const bench = new Bench();
    bench.handle = () => Promise.resolve([processed(Buffer.from('a')), letter, letter]);
    const batch = FakeBatch.of(3);
    await bench.process(batch);
    expect(bench.delivered[0]?.map(({ topic, value }) => [topic, String(value)])).toEqual([
      ['out', 'a'],
      ['dlq', '{}'],
      ['dlq', '{}'],
    ]);
    expect(advanced(batch)).toBe(true);
    const [[name, event] = []] = bench.events;
    expect(name).toBe('committed');
    expect(event).toMatchObject({ ...WHERE, processed: 1, deadLettered: new Map([['MALFORMED_JSON', 2]]) });
  });

  it('is not advanced past before it is delivered', async () => {
    const bench = new Bench();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    bench.deliver = () => promise;
    const batch = FakeBatch.of(1);
    const done = bench.process(batch);
    await settled();
    expect(bench.delivered).toHaveLength(1);
    expect(advanced(batch)).toBe(false);
    resolve(undefined);
    await done;
    expect(advanced(batch)).toBe(true);
  });

  it('tells its handler where it comes from', async () => {
    const bench = new Bench();
    let context: BatchContext | undefined;
    bench.handle = (records, given) => ((context = given), processAll(records, given));
    await bench.process(FakeBatch.of(2, 40));
    expect(context).toMatchObject({
      ...WHERE,
      groupId: 'g',
      concurrency: 4,
      firstOffset: 40n,
      nextOffset: 42n,
    });
    expect(context?.signal.aborted).toBe(false);
  });

  it('of a partition that is not assigned is left alone', async () => {
    const bench = new Bench();
    bench.assignment.replace([]);
    await bench.process(FakeBatch.of(1));
    expect([bench.handled, bench.opened, bench.told]).toEqual([0, 0, []]);
  });

  it('of a paused partition ends the fetches, and shows the time of its first record', async () => {
    const bench = new Bench();
    bench.pauses.add('operator');
    await bench.process(FakeBatch.of(1, 5));
    expect([bench.handled, bench.told]).toEqual([0, ['suspend']]);
    expect(bench.assignment.get(WHERE)).toMatchObject({
      suspended: true,
      position: 5n,
      nextTimestamp: 1_694_479_551_000,
    });
  });
});

describe('a batch that begins elsewhere', () => {
  it('is not done again when it was fetched twice, the second time while the first was in hand', async () => {
    const bench = new Bench();
    const [first, second] = [FakeBatch.of(3), FakeBatch.of(3)];
    await Promise.all([bench.process(first), bench.process(second)]);
    expect([bench.handled, advanced(first), advanced(second)]).toEqual([1, true, false]);
    expect(bench.told).toEqual(['seek 3']);
  });

  it('is not taken when it begins beyond where the partition goes on: what is between would be lost', async () => {
    const bench = new Bench();
    await bench.process(FakeBatch.of(3));
    const beyond = FakeBatch.of(1, 5);
    await bench.process(beyond);
    expect([bench.handled, advanced(beyond), bench.told]).toEqual([1, false, ['seek 3']]);
  });

  it('is left for the position that delivery names', async () => {
    const bench = new Bench();
    bench.start = 7n;
    await bench.process(FakeBatch.of(3));
    expect([bench.handled, bench.told]).toEqual([0, ['seek 7']]);
    await bench.process(FakeBatch.of(3, 7));
    expect([bench.handled, bench.opened]).toEqual([1, 1]);
  });
});

describe('a batch that cannot be written', () => {
  const broken = () => Promise.reject(new Error('no connection'));

  it('waits and is done again, from the opening on', async () => {
    const bench = new Bench();
    bench.deliver = broken;
    const batch = FakeBatch.of(1);
    await bench.process(batch);
    expect(advanced(batch)).toBe(false);
    expect(bench.pauses.reasonsOf(WHERE)).toEqual(['backing-off']);
    expect(bench.events).toEqual([['batch-failed', { ...WHERE, error: 'Error', retryInMs: 100 }]]);
    await jest.advanceTimersByTimeAsync(100);
    expect(bench.pauses.isPaused(WHERE)).toBe(false);
    bench.deliver = () => Promise.resolve();
    await bench.process(batch);
    expect([bench.handled, bench.opened, advanced(batch)]).toEqual([2, 2, true]);
  });

  it('waits longer each time, up to five seconds; a success begins anew', async () => {
    const bench = new Bench();
    const delays = async (tries: number, offset = 0) => {
      for (let i = 0; i < tries; i++) {
        await bench.process(FakeBatch.of(1, offset));
        await jest.advanceTimersByTimeAsync(5_000);
      }
      return bench.events.splice(0).map(([, event]) => (event as { retryInMs?: number }).retryInMs);
    };
    bench.deliver = broken;
    expect(await delays(6)).toEqual([100, 500, 1_000, 2_000, 5_000, 5_000]);
    bench.deliver = () => Promise.resolve();
    expect(await delays(1)).toEqual([undefined]);
    bench.deliver = broken;
    expect(await delays(1, 1)).toEqual([100]);
  });

  it.each<[string, Handle, string]>([
    ['returns too few outcomes', () => Promise.resolve([]), 'TypeError'],
    ['throws', () => Promise.reject(new RangeError('secret')), 'RangeError'],
  ])('because its handler %s is done again, not lost', async (_, handle, error) => {
    const bench = new Bench();
    bench.handle = handle;
    const batch = FakeBatch.of(2);
    await bench.process(batch);
    expect([advanced(batch), bench.delivered]).toEqual([false, []]);
    expect(bench.events).toEqual([['batch-failed', { ...WHERE, error, retryInMs: 100 }]]);
  });

  it('because its handler lacks the dead letter interceptor ends everything', async () => {
    const bench = new Bench();
    bench.handle = () => Promise.resolve([rejected('MALFORMED_JSON', []) as unknown as Deliverable]);
    const batch = FakeBatch.of(1);
    await bench.process(batch);
    expect([advanced(batch), bench.delivered]).toEqual([false, []]);
    expect(bench.events).toEqual([['fatal', { error: expect.any(MissingDeadLetterInterceptorError) }]]);
  });

  it('because a dead letter fits nowhere waits for an operator', async () => {
    const bench = new Bench();
    bench.limits.set('dlq', 10);
    bench.handle = () => Promise.resolve([processed(Buffer.from('x')), letter]);
    const batch = FakeBatch.of(2, 3);
    await bench.process(batch);
    expect([advanced(batch), bench.delivered]).toEqual([false, []]);
    expect(bench.pauses.reasonsOf(WHERE)).toEqual(['undeliverable']);
    expect(bench.events).toEqual([['undeliverable', { ...WHERE, offset: '4', target: 'dlq' }]]);
  });

  it.each([
    ['is stuck, when', new Error('no connection'), { position: 0n, since: 1 }],
    ['is not stuck: the brokers are, when', errorOf('NOT_ENOUGH_REPLICAS'), undefined],
  ])('%s it fails by %s', async (_, error, stuck) => {
    const bench = new Bench();
    bench.deliver = () => Promise.reject(error);
    const state = bench.assignment.get(WHERE);
    Object.assign(state ?? {}, { stuck: { position: 0n, since: 1 } });
    await bench.process(FakeBatch.of(1));
    expect(state?.stuck).toEqual(stuck);
  });

  it('leaves no timer behind when the service stops', async () => {
    const bench = new Bench();
    bench.deliver = broken;
    await bench.process(FakeBatch.of(1));
    bench.processor.close();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a batch whose partition is lost', () => {
  it.each(['delivery', 'heartbeat'])(
    'as the %s tells makes the consumer rejoin, without a wait',
    async (who) => {
      const bench = new Bench();
      const batch = FakeBatch.of(1);
      if (who === 'delivery') bench.deliver = () => Promise.reject(rebalancing());
      else batch.heartbeatError = rebalancing();
      await expect(bench.process(batch)).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
      expect([advanced(batch), bench.pauses.isPaused(WHERE), bench.events]).toEqual([false, false, []]);
    },
  );

  it('in a former membership says nothing about this one', async () => {
    const bench = new Bench();
    bench.deliver = () => {
      bench.assignment.replace([WHERE]);
      return Promise.reject(rebalancing());
    };
    await bench.process(FakeBatch.of(1));
    expect(bench.events).toEqual([]);
  });

  it('to a new assignment while the handler works is not written', async () => {
    const bench = new Bench();
    bench.handle = (...args) => (bench.assignment.replace([WHERE]), processAll(...args));
    const batch = FakeBatch.of(1);
    await bench.process(batch);
    expect([advanced(batch), bench.delivered]).toEqual([false, []]);
  });

  it('to a new assignment while it is written is not advanced past', async () => {
    const bench = new Bench();
    bench.deliver = () => (bench.assignment.replace([WHERE]), Promise.resolve());
    const batch = FakeBatch.of(1);
    await bench.process(batch);
    expect(advanced(batch)).toBe(false);
    expect(bench.assignment.get(WHERE)?.nextOffset).toBeUndefined();
  });
});

describe('a batch in hand', () => {
  it('is given up by an abort while the handler works, without a wait', async () => {
    const bench = new Bench();
    let signal: AbortSignal | undefined;
    bench.handle = (_, context) => ((signal = context.signal), new Promise(() => undefined));
    const batch = FakeBatch.of(1);
    const done = bench.process(batch);
    await settled();
    bench.processor.abort('paused');
    await done;
    expect(signal?.reason).toBe('paused');
    expect([advanced(batch), bench.pauses.isPaused(WHERE), bench.events]).toEqual([false, false, []]);
  });

  it('is written to its end once that has begun', async () => {
    const bench = new Bench();
    bench.deliver = () => (bench.processor.abort('paused'), Promise.resolve());
    const batch = FakeBatch.of(1);
    await bench.process(batch);
    expect(advanced(batch)).toBe(true);
  });

  it('keeps its membership by heartbeats, and is given up when one fails', async () => {
    const bench = new Bench();
    bench.handle = () => new Promise(() => undefined);
    const batch = FakeBatch.of(1);
    const done = bench.process(batch);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(batch.calls).toEqual(['heartbeat', 'heartbeat', 'heartbeat']);
    batch.heartbeatError = rebalancing();
    await jest.advanceTimersByTimeAsync(1_000);
    await done;
    expect(advanced(batch)).toBe(false);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps its membership while the partition is opened, however long that takes', async () => {
    const bench = new Bench();
    const { promise, resolve } = Promise.withResolvers<bigint | undefined>();
    bench.open = () => promise;
    const batch = FakeBatch.of(1);
    const done = bench.process(batch);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(batch.calls).toEqual(['heartbeat', 'heartbeat', 'heartbeat']);
    resolve(0n);
    await done;
    expect([advanced(batch), jest.getTimerCount()]).toEqual([true, 0]);
  });

  it('of a new assignment is still given up when one of the old assignment has ended meanwhile', async () => {
    const bench = new Bench();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    bench.deliver = () => promise;
    const old = bench.process(FakeBatch.of(1));
    await settled();
    bench.assignment.replace([WHERE]);
    bench.handle = () => new Promise(() => undefined);
    const current = bench.process(FakeBatch.of(1));
    await settled();
    resolve(undefined);
    await old;
    bench.processor.abort('paused');
    await expect(current).resolves.toBeUndefined();
  });
});
