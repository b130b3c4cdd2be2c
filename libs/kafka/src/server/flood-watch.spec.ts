import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { TransportEvents } from '../events.js';
import { FloodWatch } from './flood-watch.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function setUp() {
  const events = new TransportEvents();
  const told: unknown[] = [];
  events.on('flood', (flood) => told.push(flood));
  const watch = new FloodWatch({ ratio: 0.5 }, events);
  const commit = (processed: number, rejected: number) =>
    events.emit('committed', {
      topic: 'in',
      partition: 0,
      processed,
      deferred: 1_000_000,
      deadLettered: new Map([['MALFORMED_JSON', rejected]]),
      timestamps: [],
      committedAt: Date.now(),
    });
  return { events, told, watch, commit };
}

it('sees a flood in more than half of at least 1,000 events, and tells it once', () => {
  const { told, watch, commit } = setUp();
  commit(0, 999);
  expect(watch.isFlooded).toBe(false);
  commit(999, 0);
  expect(watch.isFlooded).toBe(false);
  commit(0, 1);
  expect(told).toEqual([{ events: 1_999, rejected: 1_000 }]);
  commit(0, 5_000);
  expect([told.length, watch.isFlooded]).toEqual([1, true]);
});

it('forgets what is older than a minute', () => {
  const { told, commit } = setUp();
  commit(0, 999);
  jest.advanceTimersByTime(60_001);
  commit(0, 999);
  expect(told).toEqual([]);
});

it('is over after a minute without, and can come again', () => {
  const { told, watch, commit } = setUp();
  commit(0, 1_000);
  jest.advanceTimersByTime(59_999);
  expect(watch.isFlooded).toBe(true);
  jest.advanceTimersByTime(2_000);
  expect(watch.isFlooded).toBe(false);
  commit(0, 1_000);
  expect(told).toHaveLength(2);
});

it('begins anew when an operator resumes', () => {
  const { events, told, watch, commit } = setUp();
  commit(0, 1_000);
  events.emit('resumed');
  expect(watch.isFlooded).toBe(false);
  commit(0, 999);
  expect(told).toHaveLength(1);
});
