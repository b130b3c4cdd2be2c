import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Order, Progress } from './operation.js';
import { OperationsState, stateOf } from './operations-state.js';

const NOW = 1_700_000_000_000;
beforeEach(() => void jest.useFakeTimers({ now: NOW }));
afterEach(() => void jest.useRealTimers());

const ORDER: Order = {
  id: 'a',
  kind: 'replay',
  actor: 'anna',
  createdAt: NOW,
  total: 10,
  rate: 500,
  target: null,
  selection: null,
  filter: {},
  ends: [],
  before: null,
  wish: 'run',
};

function known(...facts: (Partial<Order> | Partial<Progress>)[]) {
  const state = new OperationsState();
  for (const fact of facts) {
    if ('runner' in fact) {
      const progress = {
        id: 'a',
        at: NOW,
        replayed: 0,
        parked: 0,
        refused: 0,
        cursor: null,
        ended: null,
        problem: null,
      };
      state.apply({ is: 'progress', progress: { ...progress, ...fact } as Progress }, true);
    } else state.apply({ is: 'order', order: { ...ORDER, ...fact } }, true);
  }
  const found = state.get('a');
  if (!found) throw new Error('the operation is not known');
  return found;
}

describe('an operation', () => {
  it('does what was last wished of it', () => {
    expect(stateOf(known({}))).toBe('running');
    expect(stateOf(known({}, { wish: 'pause' }))).toBe('paused');
    expect(stateOf(known({}, { wish: 'pause' }, { wish: 'run' }))).toBe('running');
  });

  it('is the same to whoever reads what compaction has left', () => {
    const [asked, left] = [[{}, { wish: 'cancel' }, { wish: 'run' }] as const, { wish: 'run' } as const];
    expect(stateOf(known(...asked))).toBe(stateOf(known(left)));
  });

  it('stays ended', () => {
    expect(stateOf(known({}, { runner: 'r', ended: 'done' }, { wish: 'pause' }))).toBe('done');
  });

  it('changes in nothing but the wish when it is ordered again', () => {
    expect(known({}, { total: 99, wish: 'pause' }).order).toEqual({ ...ORDER, wish: 'pause' });
  });

  it('does not go back, and knows of progress that was read before its order', () => {
    expect(known({ runner: 'r', replayed: 7 }, {}).progress?.replayed).toBe(7);
    const progress = known({}, { runner: 'r', replayed: 7 }, { runner: 'r', replayed: 5 }).progress;
    expect(progress?.replayed).toBe(7);
  });

  it('that purges has failed when nobody says how it ended, unless others can take it over', () => {
    const purge = { ...known({ kind: 'purge' }), verified: false };
    jest.advanceTimersByTime(120_000);
    expect(stateOf(purge)).toBe('running');
    jest.advanceTimersByTime(1);
    expect(stateOf(purge)).toBe('failed');
    expect(stateOf({ ...purge, verified: true })).toBe('running');
    expect(stateOf(known({}))).toBe('running');
  });
});
