import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LoginEventDto } from '@pipeline/contracts';
import { AbortedError, EventTimeoutError, type Circuit } from '@pipeline/kafka';
import type { LoginStep, StepFields } from './login-step.js';
import { StepRunner } from './step-runner.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const EVENT = Object.assign(new LoginEventDto(), { user_id: 'u', app_version: '2.0.0', device_type: 'd' });
const NEVER = new Promise<StepFields>(() => undefined);

/** A circuit that is closed and notes what its calls end in. */
function noting() {
  const thrown: unknown[] = [];
  const circuit = {
    call: async <T>(work: () => Promise<T>) => {
      try {
        return await work();
      } catch (error) {
        thrown.push(error);
        throw error;
      }
    },
  } as unknown as Circuit;
  return { circuit, thrown };
}

function setUp(...runs: LoginStep['run'][]) {
  const { circuit, thrown } = noting();
  const steps = runs.map((run, index) => ({ name: `step-${String(index)}`, run }));
  const abort = new AbortController();
  const runner = new StepRunner(steps, () => circuit, 30_000);
  return { runner, thrown, abort, run: () => runner.run(EVENT, abort.signal) };
}

describe('steps', () => {
  it('may be none', async () => {
    const { runner, run } = setUp();
    expect(runner.isEmpty).toBe(true);
    expect(await run()).toEqual({});
  });

  it('run one after the other, and the later one has the last word', async () => {
    const { run } = setUp(
      () => Promise.resolve({ a: 1, b: 1 }),
      (event) => Promise.resolve({ b: event.user_id }),
    );
    expect(await run()).toEqual({ a: 1, b: 'u' });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('leave the circuit alone for an event that they skip', async () => {
    const call = jest.fn();
    const skipping = { name: 's', skip: () => ({ a: undefined }), run: () => NEVER };
    const runner = new StepRunner([skipping], () => ({ call }) as unknown as Circuit, 1);
    expect(await runner.run(EVENT, new AbortController().signal)).toEqual({ a: undefined });
    expect(call).not.toHaveBeenCalled();
  });

  it('end with the very error of a step, also one that it throws at once', async () => {
    const error = new TypeError('a bug');
    const { run, thrown } = setUp(() => {
      throw error;
    });
    await expect(run()).rejects.toBe(error);
    expect(thrown).toEqual([error]);
  });

  it.each([
    ['hears of it', (_: unknown, signal: AbortSignal) => signal],
    ['does not', () => undefined],
  ])('have so much time together, whether a step %s', async (_, signalOf) => {
    const { run, thrown } = setUp(
      () => new Promise((resolve) => setTimeout(() => resolve({}), 20_000)),
      (event, signal) =>
        new Promise((_resolve, reject) => {
          signalOf(event, signal)?.addEventListener('abort', () => reject(new Error('mine')));
        }),
    );
    const outcome = run().catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(29_999);
    expect(thrown).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(await outcome).toBeInstanceOf(EventTimeoutError);
    expect(thrown).toEqual([expect.any(EventTimeoutError)]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are given up with the batch', async () => {
    const { run, thrown, abort } = setUp(() => NEVER);
    const outcome = run().catch((error: unknown) => error);
    abort.abort('the service stops');
    expect(await outcome).toBeInstanceOf(AbortedError);
    expect(thrown).toEqual([expect.any(AbortedError)]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('are closed with the service', async () => {
    const close = jest.fn(() => Promise.resolve());
    const { circuit } = noting();
    const steps = [
      { name: 'with', run: () => NEVER, close },
      { name: 'without', run: () => NEVER },
    ];
    await new StepRunner(steps, () => circuit, 1).onApplicationShutdown();
    expect(close).toHaveBeenCalledTimes(1);
  });
});
