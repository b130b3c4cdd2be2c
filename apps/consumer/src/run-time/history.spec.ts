import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { TransportEvents, type KafkaBatchServer } from '@pipeline/kafka';
import { History } from './history.js';

let events: TransportEvents;
let history: History;

beforeEach(() => {
  jest.useFakeTimers();
  events = new TransportEvents();
  const partitions = [
    { lagMessages: 3, lagSeconds: 1.5 },
    { lagMessages: 4, lagSeconds: 0.5 },
  ];
  history = new History(events, { describe: () => ({ partitions }) } as unknown as KafkaBatchServer);
  history.onModuleInit();
});
afterEach(() => {
  history.onApplicationShutdown();
  jest.useRealTimers();
});

const commit = (processed: number, dead: number) =>
  events.emit('committed', {
    ...{ topic: 'in', partition: 0, processed, deferred: 0, timestamps: [], committedAt: 0 },
    deadLettered: new Map([['MALFORMED_JSON', dead]]),
  });

describe('History', () => {
  it('has a sample of rates and lag every five seconds', () => {
    commit(90, 10);
    jest.advanceTimersByTime(5_000);
    jest.advanceTimersByTime(5_000);
    const lag = { lagMessages: 7, lagSeconds: 1.5 };
    expect(history.list()).toMatchObject([
      { eventsPerSecond: 20, deadLettersPerSecond: 2, ...lag },
      { eventsPerSecond: 0, deadLettersPerSecond: 0, ...lag },
    ]);
    expect(history.throughput()).toEqual({ processed: 10, deadLettered: 1 });
  });

  it('forgets what is older than 15 minutes, and its throughput what is older than one', () => {
    commit(100, 0);
    jest.advanceTimersByTime(60_000 + 5_000);
    expect(history.throughput().processed).toBe(0);
    jest.advanceTimersByTime(20 * 60_000);
    expect(history.list()).toHaveLength(180);
  });

  it('counts rebalances', () => {
    events.emit('joined', { partitions: 1 });
    events.emit('joined', { partitions: 2 });
    expect(history.rebalances).toBe(2);
  });
});
