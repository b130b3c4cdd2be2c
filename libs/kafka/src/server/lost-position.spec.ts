import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TransportEvents } from '../events.js';
import { LostPosition, type LostPositionOptions } from './lost-position.js';
import { Assignment } from './partition-state.js';
import { PauseRegistry } from './pause-registry.js';

const WHERE = { topic: 't', partition: 0 };
const RANGE = { low: 100n, high: 250n };

function setUp(options: Partial<LostPositionOptions> = {}) {
  const done: string[] = [];
  const told: unknown[] = [];
  const failures: { range: Error[]; commit: Error[] } = { range: [], commit: [] };
  const assignment = new Assignment();
  assignment.replace([WHERE]);
  const pauses = new PauseRegistry();
  const events = new TransportEvents();
  events.on('offset-out-of-range', (event) => told.push(event));
  const stopping = new AbortController();
  const answer = <T>(value: T, failure: Error | undefined) =>
    failure ? Promise.reject(failure) : Promise.resolve(value);
  const lost = new LostPosition(
    { reset: false, fromBeginning: true, retryTopics: [], ...options },
    { range: () => answer(RANGE, failures.range.shift()) },
    {
      suspend: () => void done.push('suspend'),
      seek: (_, offset) => void done.push(`seek ${String(offset)}`),
      commit: (_, offset) => answer(void done.push(`commit ${String(offset)}`), failures.commit.shift()),
    },
    assignment,
    pauses,
    events,
    stopping.signal,
  );
  return { done, told, failures, assignment, pauses, stopping, lost };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a position that is out of range', () => {
  it.each([
    [5n, true, 100n, 95n],
    [5n, false, 250n, 245n],
    [900n, true, 100n, undefined],
    [900n, false, 250n, undefined],
  ])(
    '%s stops the partition, from the beginning: %s, to %s with %s gone',
    async (from, fromBeginning, to, gone) => {
      const { done, told, pauses, lost } = setUp({ fromBeginning });
      await lost.stop(WHERE, from);
      expect(told).toEqual([{ ...WHERE, from, to, gone, goesOn: false }]);
      expect(pauses.reasonsOf(WHERE)).toEqual(['offset-out-of-range']);
      expect(done).toEqual(['suspend']);
    },
  );

  it('is told once, also when a rebalance finds it again', async () => {
    const { done, told, assignment, lost } = setUp();
    await lost.stop(WHERE, 5n);
    assignment.replace([WHERE]);
    await lost.stop(WHERE, 5n);
    expect(told).toHaveLength(1);
    expect(done).toEqual(['suspend', 'suspend']);
    expect(assignment.get(WHERE)?.suspended).toBe(true);
  });

  it('is told when a broker can say how much is gone', async () => {
    const { told, failures, lost } = setUp();
    failures.range.push(new Error('no broker'), new Error('no broker'));
    const stopped = lost.stop(WHERE, 5n);
    await jest.advanceTimersByTimeAsync(5_000);
    await stopped;
    expect(told).toHaveLength(1);
  });

  it('is given up by a resume: committed first, then fetched from there', async () => {
    const { done, assignment, pauses, lost } = setUp();
    await lost.stop(WHERE, 5n);
    await lost.resume();
    expect(done).toEqual(['suspend', 'commit 100', 'seek 100']);
    expect(pauses.isPaused(WHERE)).toBe(false);
    expect(assignment.get(WHERE)).toMatchObject({ nextOffset: 100n, position: 100n, opened: false });
  });

  it('is given up at once where that was asked for beforehand, and still told', async () => {
    const { done, told, pauses, lost } = setUp({ reset: true, fromBeginning: false });
    await lost.stop(WHERE, 5n);
    expect(told).toEqual([{ ...WHERE, from: 5n, to: 250n, gone: 245n, goesOn: true }]);
    expect(done).toEqual(['suspend', 'commit 250', 'seek 250']);
    expect(pauses.isPaused(WHERE)).toBe(false);
  });

  it('is given up once when two resume at the same time', async () => {
    const { done, lost } = setUp();
    await lost.stop(WHERE, 5n);
    await Promise.all([lost.resume(), lost.resume()]);
    expect(done).toEqual(['suspend', 'commit 100', 'seek 100']);
  });

  it('stays paused until the new start is committed', async () => {
    const { done, failures, pauses, lost } = setUp();
    await lost.stop(WHERE, 5n);
    failures.commit.push(new Error('rebalancing'));
    const resumed = lost.resume();
    await jest.advanceTimersByTimeAsync(500);
    expect(pauses.isPaused(WHERE)).toBe(true);
    await jest.advanceTimersByTimeAsync(1_000);
    await resumed;
    expect(done).toEqual(['suspend', 'commit 100', 'commit 100', 'seek 100']);
    expect(pauses.isPaused(WHERE)).toBe(false);
  });

  it('is sought anew when the partition was assigned anew meanwhile', async () => {
    const { done, assignment, lost } = setUp();
    await lost.stop(WHERE, 5n);
    const resumed = lost.resume();
    assignment.replace([WHERE]);
    await jest.advanceTimersByTimeAsync(1_000);
    await resumed;
    expect(done).toEqual(['suspend', 'commit 100', 'commit 100', 'seek 100']);
  });

  it('is left to others with the partition', async () => {
    const { done, told, failures, assignment, lost } = setUp({ reset: true });
    failures.range.push(new Error('no broker'));
    const stopped = lost.stop(WHERE, 5n);
    assignment.replace([]);
    await jest.advanceTimersByTimeAsync(1_000);
    await stopped;
    await lost.stop(WHERE, 5n);
    expect([done, told]).toEqual([['suspend'], []]);
  });

  it('is not waited for at a shutdown', async () => {
    const { told, failures, stopping, lost } = setUp();
    failures.range.push(...Array.from({ length: 100 }, () => new Error('no broker')));
    const stopped = lost.stop(WHERE, 5n);
    await jest.advanceTimersByTimeAsync(1_500);
    stopping.abort();
    await stopped;
    expect(told).toEqual([]);
  });
});

describe('a resume', () => {
  it('concerns nobody whose position is there', async () => {
    const { done, pauses, lost } = setUp();
    pauses.add('undeliverable', WHERE);
    await lost.resume();
    expect(done).toEqual([]);
  });
});
