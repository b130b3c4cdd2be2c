import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { OperationJob } from './operation-job.js';
import { OperationRunner } from './operation-runner.js';
import { OperationsState } from './operations-state.js';
import type { Order } from './operation.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

const TAKEOVER_MS = 10_000;
/** With the time by which instances are spread. */
const LONGEST_MS = TAKEOVER_MS + 3_000;
const RULES = { targets: [], parking: 'p', dlq: 'd', maxReplays: 3 };
const OPTIONS = {
  ...{ group: 'g', runner: 'me', topics: [], requestTimeoutMs: 1_000 },
  ...{ takeoverMs: TAKEOVER_MS, rules: RULES },
};
const ORDER: Order = {
  ...{ id: 'a', kind: 'replay', actor: 'anna', createdAt: 0, total: 1, rate: 1, target: null },
  ...{ selection: null, filter: {}, ends: [], before: null, wish: 'run' },
};

function runnerOf(...ends: ('lost' | 'ended' | 'never')[]) {
  const state = new OperationsState();
  state.apply({ is: 'order', order: ORDER }, true);
  const runs = jest.spyOn(OperationJob.prototype, 'run').mockImplementation(() => {
    const how = ends.shift() ?? 'never';
    return how === 'never' ? new Promise<never>(() => undefined) : Promise.resolve(how);
  });
  const runner = new OperationRunner(state, OPTIONS, {} as never);
  runner.start();
  return { runner, state, runs };
}
const heard = (state: OperationsState) => {
  const counts = { replayed: 1, parked: 0, refused: 0, cursor: null, ended: null, problem: null };
  state.apply({ is: 'progress', progress: { id: 'a', runner: 'other', at: 0, ...counts } }, true);
};

const stop = (runner: OperationRunner) => Promise.all([runner.stop(), jest.advanceTimersByTimeAsync(3_000)]);

it('runs at once what was begun here, and what others began when they are silent', async () => {
  const here = runnerOf('never');
  here.runner.begin('a');
  expect(here.runs).toHaveBeenCalledTimes(1);
  await stop(here.runner);
  here.runs.mockClear();

  const { runs, runner, state } = runnerOf('never');
  await jest.advanceTimersByTimeAsync(TAKEOVER_MS - 500);
  heard(state);
  await jest.advanceTimersByTimeAsync(TAKEOVER_MS - 500);
  expect(runs).not.toHaveBeenCalled();
  await jest.advanceTimersByTimeAsync(4_500);
  expect(runs).toHaveBeenCalledTimes(1);
  await stop(runner);
});

it('takes over no replay by filter while another one before it is open', async () => {
  const { runner, state, runs } = runnerOf('never', 'never');
  state.apply({ is: 'order', order: { ...ORDER, id: 'b' } }, true);
  await jest.advanceTimersByTimeAsync(2 * LONGEST_MS);
  expect(runs).toHaveBeenCalledTimes(1);
  state.apply({ is: 'order', order: { ...ORDER, wish: 'cancel' } }, true);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(runs).toHaveBeenCalledTimes(2);
  await stop(runner);
});

it('leaves an operation that it has lost to the other one, until that one is silent', async () => {
  const { runner, runs } = runnerOf('lost', 'never');
  runner.begin('a');
  await jest.advanceTimersByTimeAsync(TAKEOVER_MS - 500);
  expect(runs).toHaveBeenCalledTimes(1);
  await jest.advanceTimersByTimeAsync(LONGEST_MS - TAKEOVER_MS + 1_000);
  expect(runs).toHaveBeenCalledTimes(2);
  await stop(runner);
});
