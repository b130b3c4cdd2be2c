import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ConnectionLost, Problem } from '../api/problem.js';
import { Polling } from './polling.js';

let polling: Polling;
beforeEach(() => {
  jest.useFakeTimers();
  polling = new Polling();
});
afterEach(() => {
  polling.stop();
  jest.useRealTimers();
});

/** A task whose runs are counted, and which can be told to fail. */
function counted(everyMs = 1_000) {
  const task = { runs: 0, error: undefined as Error | undefined };
  polling.add(() => {
    task.runs += 1;
    return task.error ? Promise.reject(task.error) : Promise.resolve();
  }, everyMs);
  return task;
}

describe('polling', () => {
  it('runs a task at once, and again every so often', async () => {
    const task = counted();
    await jest.advanceTimersByTimeAsync(0);
    expect(task.runs).toBe(1);
    await jest.advanceTimersByTimeAsync(3_000);
    expect(task.runs).toBe(4);
  });

  it('has one request at a time, whatever the number of tasks', async () => {
    let running = 0;
    let most = 0;
    for (let count = 0; count < 5; count += 1) {
      polling.add(async () => {
        most = Math.max(most, (running += 1));
        await new Promise((resolve) => setTimeout(resolve, 300));
        running -= 1;
      }, 1_000);
    }
    await jest.advanceTimersByTimeAsync(10_000);
    expect(most).toBe(1);
  });

  it('asks again after what was on its way when all was to be refreshed', async () => {
    let runs = 0;
    polling.add(async () => {
      runs += 1;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }, 60_000);
    await jest.advanceTimersByTimeAsync(100);
    polling.refresh();
    await jest.advanceTimersByTimeAsync(1_000);
    expect(runs).toBe(2);
  });

  it('lets no task starve behind a slow one', async () => {
    polling.add(() => new Promise((resolve) => setTimeout(resolve, 2_000)), 100);
    const other = counted(1_000);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(other.runs).toBeGreaterThanOrEqual(8);
  });

  it('waits longer after each failure, tells of it, and is back with the first success', async () => {
    const told: boolean[] = [];
    polling.onConnection(({ lost }) => told.push(lost));
    const task = counted();
    task.error = new ConnectionLost('gone');
    await jest.advanceTimersByTimeAsync(0);
    expect(polling.connection.lost).toBe(true);
    // After 1, 2, 4, 8, 16 and 30 seconds.
    await jest.advanceTimersByTimeAsync(61_000);
    expect(task.runs).toBe(7);
    task.error = undefined;
    await jest.advanceTimersByTimeAsync(30_000);
    expect(polling.connection).toEqual({ lost: false, retryAt: undefined });
    expect([told[0], told.at(-1)]).toEqual([true, false]);
  });

  it('tries at once when asked to, also while it backs off', async () => {
    const task = counted();
    task.error = new ConnectionLost('gone');
    await jest.advanceTimersByTimeAsync(10_000);
    const before = task.runs;
    polling.refresh();
    await jest.advanceTimersByTimeAsync(0);
    expect(task.runs).toBe(before + 1);
  });

  it('does nothing while hidden, and everything when seen again', async () => {
    const task = counted();
    await jest.advanceTimersByTimeAsync(0);
    polling.setHidden(true);
    await jest.advanceTimersByTimeAsync(60_000);
    expect(task.runs).toBe(1);
    polling.setHidden(false);
    await jest.advanceTimersByTimeAsync(0);
    expect(task.runs).toBe(2);
  });

  it('slows down when asked to, which is no lost connection', async () => {
    const task = counted();
    task.error = new Problem(429, 'Too many', [], 20_000);
    await jest.advanceTimersByTimeAsync(19_000);
    expect(task.runs).toBe(1);
    expect(polling.connection.lost).toBe(false);
  });

  it('goes on at its pace after what the API refuses', async () => {
    const task = counted();
    task.error = new Problem(403, 'No');
    await jest.advanceTimersByTimeAsync(2_000);
    expect(task.runs).toBe(3);
    expect(polling.connection.lost).toBe(false);
  });

  it('aborts what runs when its task is removed', async () => {
    let aborted = false;
    const remove = polling.add(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            aborted = true;
            reject(new ConnectionLost('aborted'));
          });
        }),
      1_000,
    );
    await jest.advanceTimersByTimeAsync(0);
    remove();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(aborted).toBe(true);
    expect(polling.connection.lost).toBe(false);
  });
});
