import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { KafkaBatchServer } from '@pipeline/kafka';
import type { Metrics } from '@pipeline/ops';
import { ControlState } from '../control/control-state.js';
import { MemoryLog } from '../control/testing/memory-log.js';
import { PauseControl } from './pause-control.js';

const START = new Date('2026-03-04T05:06:07.000Z');
const NOTHING = { partitions: null, reason: null, actor: null, verified: null, since: null, until: null };
const RUNNING = { paused: false, scope: 'group', ...NOTHING };
const ANNA = { name: 'anna', role: 'operator' } as const;
const PAUSED = { ...RUNNING, paused: true, actor: 'anna', verified: false, since: START.toISOString() };

const metrics = { counter: () => ({ inc: () => undefined }), gauge: () => ({}) } as unknown as Metrics;

function instance(log: MemoryLog) {
  const server = {
    paused: false,
    numbers: [] as number[],
    pause: () => void (server.paused = true),
    endPause: () => void (server.paused = false),
    pausePartitions: jest.fn((numbers: ReadonlySet<number>) => void (server.numbers = [...numbers])),
    releaseHeld: jest.fn(),
  };
  const state = new ControlState();
  const control = new PauseControl(server as unknown as KafkaBatchServer, state, log.for(state), metrics);
  control.onModuleInit();
  return { server, control };
}

let one: ReturnType<typeof instance>;
let other: ReturnType<typeof instance>;

beforeEach(() => {
  jest.useFakeTimers({ now: START });
  Logger.overrideLogger(false);
  const log = new MemoryLog();
  one = instance(log);
  other = instance(log);
});
afterEach(() => void jest.useRealTimers());

const paused = () => [one.server.paused, other.server.paused];

describe('PauseControl', () => {
  it('runs at first', () => {
    expect(one.control.current).toEqual(RUNNING);
  });

  it('pauses every instance without an end, and tells since when, why and by whom', async () => {
    const state = await one.control.pause({ reason: 'maintenance' }, ANNA);
    expect(state).toEqual({ ...PAUSED, reason: 'maintenance' });
    expect(other.control.current).toEqual(state);
    jest.advanceTimersByTime(30 * 86_400_000);
    expect(paused()).toEqual([true, true]);
  });

  it('pauses this instance alone', async () => {
    const state = await one.control.pause({ scope: 'instance' }, ANNA);
    expect(state).toEqual({ ...PAUSED, scope: 'instance', verified: true });
    expect(paused()).toEqual([true, false]);
  });

  it('resumes the scope that is named, and no other', async () => {
    await one.control.pause({ scope: 'instance' }, ANNA);
    await other.control.pause({}, ANNA);
    expect(await one.control.resume({}, ANNA)).toEqual(RUNNING);
    expect(paused()).toEqual([true, false]);
    expect(await one.control.resume({ scope: 'instance' }, ANNA)).toEqual({ ...RUNNING, scope: 'instance' });
    expect(paused()).toEqual([false, false]);
  });

  it('pauses single partitions, and resumes them one by one or all at once', async () => {
    expect(await one.control.pause({ partitions: [1, 3, 4] }, ANNA)).toEqual({
      ...PAUSED,
      partitions: [1, 3, 4],
    });
    expect(await one.control.resume({ partitions: [3] }, ANNA)).toEqual(RUNNING);
    expect([other.server.numbers, other.server.paused]).toEqual([[1, 4], false]);
    expect(one.server.releaseHeld).not.toHaveBeenCalled();
    await other.control.resume({}, ANNA);
    expect(one.server.numbers).toEqual([]);
  });

  it('tells the transport once of a command to many partitions, which else would take seconds', async () => {
    const partitions = Array.from({ length: 1_000 }, (_, partition) => partition);
    for (const scope of ['group', 'instance'] as const) {
      await one.control.pause({ partitions, scope }, ANNA);
      await one.control.resume({ scope }, ANNA);
    }
    expect(one.server.pausePartitions).toHaveBeenCalledTimes(4);
    expect(other.server.pausePartitions).toHaveBeenCalledTimes(2);
  });

  it('keeps a partition paused while any pause covers it', async () => {
    await one.control.pause({ partitions: [1] }, ANNA);
    await one.control.pause({}, ANNA);
    expect(await one.control.resume({ partitions: [1] }, ANNA)).toEqual(PAUSED);
    expect(other.server).toMatchObject({ paused: true, numbers: [] });
  });

  it('lets go on, on every instance, what waited for an operator', async () => {
    await one.control.resume({}, ANNA);
    expect(one.server.releaseHeld).toHaveBeenCalledTimes(1);
    expect(other.server.releaseHeld).toHaveBeenCalledTimes(1);
    await one.control.resume({ scope: 'instance' }, ANNA);
    expect(other.server.releaseHeld).toHaveBeenCalledTimes(1);
  });

  it('goes on by itself after the given time, without deciding what waits for an operator', async () => {
    const { until } = await one.control.pause({ for: '15m' }, ANNA);
    expect(until).toBe('2026-03-04T05:21:07.000Z');
    jest.advanceTimersByTime(15 * 60_000 - 1);
    expect(paused()).toEqual([true, true]);
    jest.advanceTimersByTime(1);
    expect(paused()).toEqual([false, false]);
    expect(one.server.releaseHeld).not.toHaveBeenCalled();
    expect(one.control.current).toEqual(RUNNING);
  });

  it('waits out 30 days, longer than a timer of Node.js can', async () => {
    await one.control.pause({ for: '30d' }, ANNA);
    jest.setSystemTime(START.getTime() + 30 * 86_400_000 - 10_001);
    jest.advanceTimersByTime(10_000);
    expect(one.server.paused).toBe(true);
    jest.advanceTimersByTime(1);
    expect(one.server.paused).toBe(false);
  });

  it('goes on soon where the time of the pause has passed unseen, as while a machine sleeps', async () => {
    await one.control.pause({ for: '15m' }, ANNA);
    jest.setSystemTime(START.getTime() + 16 * 60_000);
    expect(one.control.current).toEqual(RUNNING);
    jest.advanceTimersByTime(10_000);
    expect(paused()).toEqual([false, false]);
  });

  it('keeps the beginning when it is said twice, and takes the new reason and end', async () => {
    await one.control.pause({ reason: 'first', for: '1m' }, ANNA);
    jest.advanceTimersByTime(30_000);
    expect(await other.control.pause({ reason: 'second', for: '1m' }, ANNA)).toMatchObject({
      reason: 'second',
      since: START.toISOString(),
      until: '2026-03-04T05:07:37.000Z',
    });
    jest.advanceTimersByTime(59_999);
    expect(one.server.paused).toBe(true);
    jest.advanceTimersByTime(1);
    expect(one.server.paused).toBe(false);
  });

  it('logs who has commanded what', async () => {
    const warn = jest.fn();
    Logger.overrideLogger({ log: jest.fn(), error: jest.fn(), warn });
    await one.control.pause({ reason: 'maintenance', scope: 'instance' }, ANNA);
    const told = { scope: 'instance', reason: 'maintenance', actor: 'anna', verified: true };
    expect(warn).toHaveBeenCalledWith('paused by an operator', expect.objectContaining(told), 'Control');
  });

  it('leaves no timer behind at shutdown', async () => {
    await one.control.pause({ for: '1m', scope: 'instance' }, ANNA);
    await one.control.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
  });
});
