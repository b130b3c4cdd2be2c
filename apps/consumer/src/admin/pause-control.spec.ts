import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { KafkaBatchServer } from '@pipeline/kafka';
import { PauseControl } from './pause-control.js';

const START = new Date('2026-03-04T05:06:07.000Z');
const RUNNING = { paused: false, scope: 'instance', reason: null, since: null, until: null };

let server: { pause: jest.Mock; resume: jest.Mock; endPause: jest.Mock };
let control: PauseControl;

beforeEach(() => {
  jest.useFakeTimers({ now: START });
  Logger.overrideLogger(false);
  server = { pause: jest.fn(), resume: jest.fn(), endPause: jest.fn() };
  control = new PauseControl(server as unknown as KafkaBatchServer);
});
afterEach(() => void jest.useRealTimers());

describe('PauseControl', () => {
  it('runs at first', () => {
    expect(control.current).toEqual(RUNNING);
  });

  it('pauses without an end, and tells since when and why', () => {
    const state = control.pause({ reason: 'maintenance' });
    expect(state).toEqual({ ...RUNNING, paused: true, reason: 'maintenance', since: START.toISOString() });
    expect(control.current).toEqual(state);
    expect(server.pause).toHaveBeenCalledTimes(1);
    jest.advanceTimersByTime(30 * 86_400_000);
    expect(server.resume).not.toHaveBeenCalled();
  });

  it('logs the reason and the end of a pause', () => {
    const warn = jest.fn();
    Logger.overrideLogger({ log: jest.fn(), error: jest.fn(), warn });
    control.pause({ reason: 'maintenance', for: '1m' });
    const told = { reason: 'maintenance', until: '2026-03-04T05:07:07.000Z' };
    expect(warn).toHaveBeenCalledWith('paused by an operator', told, PauseControl.name);
  });

  it('goes on by itself after the given time, without deciding what waits for an operator', () => {
    expect(control.pause({ for: '15m' }).until).toBe('2026-03-04T05:21:07.000Z');
    jest.advanceTimersByTime(15 * 60_000 - 1);
    expect(server.endPause).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(server.endPause).toHaveBeenCalledTimes(1);
    expect(server.resume).not.toHaveBeenCalled();
    expect(control.current).toEqual(RUNNING);
  });

  it('waits out 30 days, longer than a timer of Node.js can', () => {
    control.pause({ for: '30d' });
    jest.advanceTimersByTime(30 * 86_400_000 - 1);
    expect(control.current.paused).toBe(true);
    jest.advanceTimersByTime(1);
    expect(control.current.paused).toBe(false);
  });

  it('keeps the beginning when it is said twice, and takes the new reason and end', () => {
    control.pause({ reason: 'first', for: '1m' });
    jest.advanceTimersByTime(30_000);
    expect(control.pause({ reason: 'second', for: '1m' })).toMatchObject({
      reason: 'second',
      since: START.toISOString(),
      until: '2026-03-04T05:07:37.000Z',
    });
    jest.advanceTimersByTime(59_999);
    expect(control.current.paused).toBe(true);
    jest.advanceTimersByTime(1);
    expect(control.current.paused).toBe(false);
  });

  it('forgets the end when it is paused again without one', () => {
    control.pause({ for: '1m' });
    control.pause({});
    jest.advanceTimersByTime(3_600_000);
    expect(control.current).toMatchObject({ paused: true, until: null });
  });

  it('resumes, also twice, and then not once more when the time is over', () => {
    control.pause({ for: '1m' });
    expect(control.resume()).toEqual(RUNNING);
    expect(control.resume()).toEqual(RUNNING);
    jest.advanceTimersByTime(60_000);
    expect(server.resume).toHaveBeenCalledTimes(2);
    expect(server.endPause).not.toHaveBeenCalled();
  });

  it('starts a new pause with a new beginning', () => {
    control.pause({});
    control.resume();
    jest.advanceTimersByTime(1_000);
    expect(control.pause({}).since).toBe('2026-03-04T05:06:08.000Z');
  });

  it('leaves no timer behind at shutdown', () => {
    control.pause({ for: '1m' });
    control.onApplicationShutdown();
    expect(jest.getTimerCount()).toBe(0);
  });
});
