import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Assignment, type PartitionState } from './partition-state.js';
import { PauseRegistry, type PauseReason } from './pause-registry.js';
import { StallWatch } from './stall-watch.js';

const WHERE = { topic: 't', partition: 0 };

function setUp() {
  const assignment = new Assignment();
  assignment.replace([WHERE]);
  const state = assignment.get(WHERE) as PartitionState;
  const pauses = new PauseRegistry();
  const watch = new StallWatch(assignment, pauses);
  /** Looks every two seconds, from now to then. */
  const watchFor = (seconds: number) => {
    watch.look();
    for (let second = 0; second < seconds; second += 2) {
      jest.advanceTimersByTime(2_000);
      watch.look();
    }
  };
  return { assignment, state, pauses, watch, watchFor };
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a partition', () => {
  it('with work that does not move is stalled since the work was first seen', () => {
    const { state, watch, watchFor } = setUp();
    Object.assign(state, { position: 5n, highWatermark: 5n });
    watchFor(3_600);
    state.highWatermark = 6n;
    watchFor(60);
    expect(watch.stalledMs(state)).toBe(60_000);
  });

  it('that moves is not, from the moment it does, however slowly', () => {
    const { state, watch, watchFor } = setUp();
    Object.assign(state, { position: 5n, highWatermark: 100n });
    watchFor(50);
    state.position = 6n;
    expect(watch.stalledMs(state)).toBe(0);
    watchFor(20);
    expect(watch.stalledMs(state)).toBe(20_000);
  });

  it.each<[string, Partial<PartitionState>]>([
    ['without work', { position: 5n, highWatermark: 5n }],
    ['of which no position is known', { highWatermark: 5n }],
    ['of which no end is known', { position: 5n }],
  ])('%s is not', (_, known) => {
    const { state, watch, watchFor } = setUp();
    Object.assign(state, known);
    watchFor(600);
    expect(watch.stalledMs(state)).toBe(0);
  });

  it.each<PauseReason>(['operator', 'undeliverable', 'offset-out-of-range'])(
    'that is paused by %s is not, and begins anew afterwards',
    (reason) => {
      const { state, pauses, watch, watchFor } = setUp();
      Object.assign(state, { position: 5n, highWatermark: 6n });
      watchFor(50);
      pauses.add(reason, WHERE);
      expect(watch.stalledMs(state)).toBe(0);
      watchFor(2);
      pauses.remove(reason, WHERE);
      watchFor(10);
      expect(watch.stalledMs(state)).toBe(10_000);
    },
  );

  it('that fails every time is, also while it waits for the next try', () => {
    const { state, pauses, watch, watchFor } = setUp();
    Object.assign(state, { position: 5n, highWatermark: 6n });
    for (let tries = 0; tries < 6; tries++) {
      pauses.remove('backing-off', WHERE);
      watchFor(2);
      pauses.add('backing-off', WHERE);
      watchFor(8);
    }
    expect(watch.stalledMs(state)).toBe(60_000);
  });

  it('is not while the broker leaves the looks unanswered, before that counts as an outage', () => {
    const { state, watch, watchFor } = setUp();
    Object.assign(state, { position: 5n, highWatermark: 6n });
    watchFor(4);
    jest.advanceTimersByTime(600_000);
    expect(watch.stalledMs(state)).toBe(4_000);
  });

  it('begins anew after an outage', () => {
    const { state, watch, watchFor } = setUp();
    Object.assign(state, { position: 5n, highWatermark: 6n });
    watchFor(50);
    watch.forget();
    jest.advanceTimersByTime(600_000);
    expect(watch.stalledMs(state)).toBe(0);
    watchFor(4);
    expect(watch.stalledMs(state)).toBe(4_000);
  });

  it('begins anew with every assignment', () => {
    const { assignment, state, watch, watchFor } = setUp();
    Object.assign(state, { position: 5n, highWatermark: 6n });
    watchFor(50);
    assignment.replace([WHERE]);
    const renewed = assignment.get(WHERE) as PartitionState;
    Object.assign(renewed, { position: 5n, highWatermark: 6n });
    expect(watch.stalledMs(renewed)).toBe(0);
  });
});
