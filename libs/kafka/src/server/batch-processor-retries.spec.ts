import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { processed } from '../outcome.js';
import type { InputRecord } from '../record.js';
import { retryHeaders } from '../retry/retry-headers.js';
import { FakeBatch } from '../testing/batches.js';
import { Bench, WHERE } from '../testing/processor-bench.js';
import { inputRecord } from '../testing/records.js';

const NOW = 1_700_000_000_000;

beforeEach(() => void jest.useFakeTimers({ now: NOW }));
afterEach(() => void jest.useRealTimers());

const FIRST = { topic: 'fresh', partition: 0, offset: '7', timestamp: '1', attempts: 0 };

/** A record of a retry topic that is due in so many milliseconds. */
function waiting(offset: number, dueInMs: number, groupId = 'g'): InputRecord {
  const wait = { groupId, attempts: 3, dueAt: NOW + dueInMs, error: new Error('ill') };
  return inputRecord({ offset: String(offset), headers: retryHeaders(FIRST, wait) });
}

function retryBench(): Bench {
  const bench = new Bench();
  bench.isRetry = true;
  return bench;
}

const offsetsOf = (bench: Bench) =>
  bench.delivered.map((records) => records.map(({ value }) => String(value)));
const reasons = (bench: Bench) => bench.pauses.reasonsOf(WHERE);

describe('a batch of a retry topic', () => {
  it('that is not due waits without being handled, and goes on by itself when it is', async () => {
    const bench = retryBench();
    const batch = new FakeBatch([waiting(0, 5_000), waiting(1, 5_000)]);
    await bench.process(batch);
    expect([bench.handled, bench.told, reasons(bench)]).toEqual([0, ['suspend'], ['retry-not-due']]);
    expect(bench.opened).toBe(1);
    expect(batch.calls).not.toContain('advance');
    jest.advanceTimersByTime(4_999);
    expect(reasons(bench)).toEqual(['retry-not-due']);
    jest.advanceTimersByTime(1);
    expect(reasons(bench)).toEqual([]);
    await bench.process(batch);
    expect(offsetsOf(bench)).toEqual([['0', '1']]);
    expect(batch.calls).toContain('advance');
  });

  it('is handled as far as it is due; the position is that of the first record that is not', async () => {
    const bench = retryBench();
    await bench.process(new FakeBatch([waiting(3, -1), waiting(4, 0), waiting(6, 1), waiting(7, -1)]));
    expect(offsetsOf(bench)).toEqual([['3', '4']]);
    expect(bench.assignment.get(WHERE)).toMatchObject({ nextOffset: 6n, position: 6n });
    await bench.process(new FakeBatch([waiting(6, 1), waiting(7, -1)]));
    expect(reasons(bench)).toEqual(['retry-not-due']);
  });

  it('waits for longer than a timer of Node.js can', async () => {
    const bench = retryBench();
    const days = 30 * 86_400_000;
    await bench.process(new FakeBatch([waiting(0, days)]));
    jest.advanceTimersByTime(2 ** 31 - 2);
    expect(reasons(bench)).toEqual(['retry-not-due']);
    jest.advanceTimersByTime(1);
    await bench.process(new FakeBatch([waiting(0, days)]));
    expect([bench.handled, reasons(bench)]).toEqual([0, ['retry-not-due']]);
  });

  it('leaves no timer behind when the service stops', async () => {
    const bench = retryBench();
    await bench.process(new FakeBatch([waiting(0, 5_000)]));
    bench.processor.close();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('passes over what waits for other groups, due or not, and commits that', async () => {
    const bench = retryBench();
    const batch = new FakeBatch([waiting(0, 9_000, 'other'), waiting(1, -1), waiting(2, -1, 'other')]);
    await bench.process(batch);
    expect(offsetsOf(bench)).toEqual([['1']]);
    expect(bench.assignment.get(WHERE)?.nextOffset).toBe(3n);
    await bench.process(new FakeBatch([waiting(3, 9_000, 'other')]));
    expect([bench.handled, bench.assignment.get(WHERE)?.nextOffset]).toEqual([1, 4n]);
    expect([offsetsOf(bench), bench.events.length]).toEqual([[['1'], []], 1]);
  });

  it('tells from when the records are at first, where they go to, and that they are known', async () => {
    const bench = retryBench();
    await bench.process(new FakeBatch([waiting(0, -1)]));
    expect(bench.events).toEqual([['committed', expect.objectContaining({ processed: 1, timestamps: [1] })]]);
    expect(bench.delivered[0]?.[0]?.headers).toEqual([]);
  });
});

describe('a batch of an input topic', () => {
  it('is handled at once, whatever its headers say', async () => {
    const bench = new Bench();
    await bench.process(new FakeBatch([waiting(0, 5_000), waiting(1, 5_000, 'other')]));
    expect(offsetsOf(bench)).toEqual([['0', '1']]);
  });

  it('is written as far as its handler got in its time; the others are fetched again', async () => {
    const bench = new Bench();
    bench.handle = (records) => {
      jest.advanceTimersByTime(1_001);
      return Promise.resolve(records.slice(0, 2).map(({ offset }) => processed(offset)));
    };
    const batch = FakeBatch.of(5);
    await bench.process(batch);
    expect(offsetsOf(bench)).toEqual([['0', '1']]);
    expect(bench.assignment.get(WHERE)?.nextOffset).toBe(2n);
    expect(batch.calls).toContain('advance');
  });

  it.each([
    ['no outcome at all', 0, 1_001],
    ['some outcomes, with time left', 1, 0],
    ['more outcomes than records', 3, 1_001],
  ])('of a handler that gives %s is done again', async (_, count, ms) => {
    const bench = new Bench();
    bench.handle = () => {
      jest.advanceTimersByTime(ms);
      return Promise.resolve(Array.from({ length: count }, () => processed('x')));
    };
    await bench.process(FakeBatch.of(2));
    expect(bench.events.map(([name]) => name)).toEqual(['batch-failed']);
    expect(bench.delivered).toEqual([]);
  });
});
