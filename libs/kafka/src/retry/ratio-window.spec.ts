import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { RatioWindow } from './ratio-window.js';

beforeEach(() => void jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void jest.useRealTimers());

it('counts what was added, and forgets it after its span, also without anything new', () => {
  const window = new RatioWindow(10_000);
  window.add(5, 2);
  jest.advanceTimersByTime(5_000);
  window.add(1, 1);
  expect(window.counts()).toEqual({ total: 6, marked: 3 });
  jest.advanceTimersByTime(4_999);
  expect(window.counts()).toEqual({ total: 6, marked: 3 });
  jest.advanceTimersByTime(1);
  expect(window.counts()).toEqual({ total: 1, marked: 1 });
  jest.advanceTimersByTime(3_600_000);
  expect(window.counts()).toEqual({ total: 0, marked: 0 });
});

it('holds no more however much is added, and nothing once it is cleared', () => {
  const window = new RatioWindow(10_000);
  for (let i = 0; i < 1_000; i++) {
    window.add(1, 0);
    jest.advanceTimersByTime(100);
  }
  expect(window.counts().total).toBeLessThanOrEqual(100);
  expect((window as unknown as { slots: unknown[] }).slots.length).toBeLessThanOrEqual(21);
  window.clear();
  expect(window.counts()).toEqual({ total: 0, marked: 0 });
});
