import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { partitionKey, type TopicPartition } from '../record.js';
import { Assignment } from './partition-state.js';
import { StartPosition } from './start-position.js';

const partitions = [0, 1].map((partition) => ({ topic: 't', partition }));

function setUp(committed: Record<string, bigint> = {}) {
  const done: string[] = [];
  const failures: Error[] = [];
  const assignment = new Assignment();
  assignment.replace(partitions);
  const stopping = new AbortController();
  const position = new StartPosition(
    {
      read: (where) => Promise.resolve(committed[partitionKey(where)]),
      range: ({ partition }) => {
        const failure = failures.shift();
        const high = BigInt(100 + partition);
        return failure ? Promise.reject(failure) : Promise.resolve({ low: 0n, high });
      },
      partitionCount: () => {
        const failure = failures.shift();
        return failure ? Promise.reject(failure) : Promise.resolve(1);
      },
    },
    {
      commit: (where: TopicPartition, offset: bigint) =>
        Promise.resolve(void done.push(`commit ${partitionKey(where)} ${String(offset)}`)),
      seek: (where: TopicPartition, offset: bigint) =>
        void done.push(`seek ${partitionKey(where)} ${String(offset)}`),
    },
    assignment,
    stopping.signal,
  );
  const turns = () => Promise.all(assignment.all().map(({ turn }) => turn));
  return { done, failures, assignment, stopping, position, turns };
}

describe('the start of a group at the end of its topic', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is committed where nothing is, before any batch has its turn', async () => {
    const { done, position, assignment, turns } = setUp({ 't/0': 7n });
    position.secureAll();
    await turns();
    expect(done).toEqual(['commit t/1 101', 'seek t/1 101']);
    expect(assignment.all().map(({ nextOffset }) => nextOffset)).toEqual([undefined, 101n]);
  });

  it('is the first record of a partition that was added later', async () => {
    const { done, failures, position, turns } = setUp();
    failures.push(new Error('no broker'));
    position.begin(['t'], []);
    position.secureAll();
    await jest.advanceTimersByTimeAsync(5_000);
    await turns();
    expect(done.sort()).toEqual(['commit t/0 100', 'commit t/1 0', 'seek t/0 100', 'seek t/1 0']);
  });

  it('is the first record of every partition of a retry topic', async () => {
    const { done, position, turns } = setUp();
    position.begin([], ['t']);
    position.secureAll();
    await turns();
    expect(done.sort()).toEqual(['commit t/0 0', 'commit t/1 0', 'seek t/0 0', 'seek t/1 0']);
  });

  it('is tried again until it is there', async () => {
    const { done, failures, position, turns } = setUp({ 't/0': 7n });
    failures.push(new Error('no broker'), new Error('still none'));
    position.secureAll();
    await jest.advanceTimersByTimeAsync(5_000);
    await turns();
    expect(done).toEqual(['commit t/1 101', 'seek t/1 101']);
  });

  it('is left to the next member when the partition goes', async () => {
    const { done, failures, position, assignment, turns } = setUp();
    failures.push(new Error('rebalancing'), new Error('rebalancing'));
    position.secureAll();
    const before = turns();
    await jest.advanceTimersByTimeAsync(500);
    assignment.replace([]);
    await jest.advanceTimersByTimeAsync(5_000);
    await before;
    expect(done).toEqual([]);
  });

  it('is given up at a shutdown', async () => {
    const { done, failures, position, stopping, turns } = setUp();
    failures.push(...Array.from({ length: 100 }, () => new Error('no broker')));
    position.secureAll();
    await jest.advanceTimersByTimeAsync(500);
    stopping.abort();
    await turns();
    expect(done).toEqual([]);
  });
});
