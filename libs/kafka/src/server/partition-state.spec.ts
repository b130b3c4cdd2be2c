import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { FakeBatch } from '../testing/batches.js';
import { inputRecord } from '../testing/records.js';
import {
  Assignment,
  noteCommitted,
  noteFetched,
  noteSkipped,
  type PartitionState,
} from './partition-state.js';

const A = { topic: 'a', partition: 0 };
const B = { topic: 'b', partition: 3 };
const NOW = 1_700_000_000_000;

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

function stateOf(assignment: Assignment, where = A): PartitionState {
  const state = assignment.get(where);
  if (!state) throw new Error('not assigned');
  return state;
}

function assigned(...partitions: (typeof A)[]): Assignment {
  const assignment = new Assignment();
  assignment.replace(partitions);
  return assignment;
}

describe('an assignment', () => {
  it('holds just the partitions of the last join', () => {
    const assignment = assigned(A, B);
    assignment.replace([B]);
    expect(assignment.get(A)).toBeUndefined();
    expect(assignment.all()).toEqual([expect.objectContaining(B)]);
  });

  it('knows nothing of a partition that it had before', () => {
    const assignment = assigned(A);
    const before = stateOf(assignment);
    Object.assign(before, { nextOffset: 5n, opened: true, suspended: true, failures: 2 });
    assignment.replace([A]);
    expect(stateOf(assignment)).not.toBe(before);
    expect(stateOf(assignment)).toMatchObject({
      nextOffset: undefined,
      position: undefined,
      highWatermark: undefined,
      nextTimestamp: undefined,
      opened: false,
      suspended: false,
      failures: 0,
    });
  });
});

describe('a fetch', () => {
  it('shows position, end and the time of the next record', () => {
    const state = stateOf(assigned(A));
    const records = [
      inputRecord({ offset: '7', timestamp: '1000' }),
      inputRecord({ offset: '8', timestamp: '2000' }),
    ];
    noteFetched(state, new FakeBatch(records));
    expect(state).toMatchObject({ position: 7n, highWatermark: 1_000n, nextTimestamp: 1_000 });
    expect(state.nextOffset).toBeUndefined();
  });

  it('without records is about now', () => {
    const state = stateOf(assigned(A));
    noteFetched(state, new FakeBatch([], 9n));
    expect(state).toMatchObject({ position: 9n, nextTimestamp: NOW });
  });
});

describe('a fetch of nothing to hand out', () => {
  it('moves the position on, and where the partition goes on as soon as that is known', () => {
    const state = stateOf(assigned(A));
    noteSkipped(state, 5n);
    expect(state).toMatchObject({ position: 5n, nextOffset: undefined });
    noteCommitted(state, FakeBatch.of(2, 5));
    noteSkipped(state, 9n);
    expect(state).toMatchObject({ position: 9n, nextOffset: 9n });
  });

  it('that comes late does not move back where the partition goes on', () => {
    const state = stateOf(assigned(A));
    noteCommitted(state, FakeBatch.of(2, 5));
    noteSkipped(state, 3n);
    expect(state.nextOffset).toBe(7n);
  });
});

describe('a record without a timestamp', () => {
  it('is taken for one of now, not of 1970', () => {
    const state = stateOf(assigned(A));
    const batch = new FakeBatch([inputRecord({ timestamp: '-1' })]);
    noteFetched(state, batch);
    expect(state.nextTimestamp).toBe(NOW);
    noteCommitted(state, batch);
    expect(state.nextTimestamp).toBe(NOW);
  });
});

describe('a commit', () => {
  it('moves the position behind the batch, and forgets its failures', () => {
    const state = stateOf(assigned(A));
    state.failures = 3;
    const records = [
      inputRecord({ offset: '7', timestamp: '1000' }),
      inputRecord({ offset: '8', timestamp: '2000' }),
    ];
    noteCommitted(state, new FakeBatch(records));
    expect(state).toMatchObject({ position: 9n, nextOffset: 9n, nextTimestamp: 2_000, failures: 0 });
  });
});
