import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Delivery } from '../delivery/delivery.js';
import { TopicLimits } from '../delivery/topic-limits.js';
import type { Kafka } from '../driver/kafka-client.js';
import { TransportEvents } from '../events.js';
import type { KafkaBatchOptions } from './kafka-batch-options.js';
import { KafkaBatchServer } from './kafka-batch.server.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const OPTIONS: KafkaBatchOptions = {
  groupId: 'g',
  routes: {},
  createTopics: [],
  fromBeginning: true,
  resetLostPositions: false,
  sessionTimeoutMs: 30_000,
  heartbeatIntervalMs: 3_000,
  concurrency: 1,
  batchBudgetMs: 1_000,
  eventTimeoutMs: 30_000,
  lingerMs: 0,
  fetchMaxBytes: 10_485_760,
  partitionFetchBytes: 1_048_576,
  concurrentPartitions: 64,
  shutdownTimeoutMs: 10_000,
};

/** Hands out the listeners that the server gives the driver. */
function crashable() {
  const listeners = new Map<string, (event: unknown) => void>();
  const names = { CRASH: 'crash' };
  const consumer = {
    events: names,
    on: (name: string, listen: (event: unknown) => void) => listeners.set(name, listen),
    disconnect: () => Promise.resolve(),
  };
  const crash = () => listeners.get('crash')?.({ payload: { error: new Error('gone'), restart: false } });
  const kafka = {
    admin: () => ({ connect: () => Promise.reject(new Error('away')), disconnect: () => Promise.resolve() }),
    consumer: () => consumer,
  } as unknown as Kafka;
  const fatal: Error[] = [];
  const events = new TransportEvents();
  events.on('fatal', ({ error }) => fatal.push(error));
  const delivery = { close: () => Promise.resolve() } as Delivery;
  return { crash, fatal, server: new KafkaBatchServer(kafka, OPTIONS, delivery, new TopicLimits(), events) };
}

it('takes a crash that is final for fatal, but not while it stops anyway', async () => {
  const { crash, fatal, server } = crashable();
  crash();
  expect(fatal).toEqual([new Error('gone')]);
  const closed = server.close();
  crash();
  await jest.runAllTimersAsync();
  await closed;
  expect(fatal).toHaveLength(1);
});

it('tells why the topics cannot be looked at after every try, also when the cause is another one', async () => {
  let code = 'ECONNREFUSED';
  const end = () => Promise.resolve();
  const kafka = {
    admin: () => ({ connect: () => Promise.reject(Object.assign(new Error(), { code })), disconnect: end }),
    consumer: () => ({ events: {}, on: () => undefined, disconnect: end }),
  } as unknown as Kafka;
  const delivery = { close: end } as Delivery;
  const events = new TransportEvents();
  const told = new Set<string>();
  events.on('disconnected', ({ error }) => told.add(error));
  const server = new KafkaBatchServer(kafka, OPTIONS, delivery, new TopicLimits(), events);
  server.listen(() => undefined);
  await jest.advanceTimersByTimeAsync(5_000);
  code = 'ETIMEDOUT';
  await jest.advanceTimersByTimeAsync(5_000);
  const closed = server.close();
  await jest.runAllTimersAsync();
  await closed;
  expect([...told]).toEqual(['Error (ECONNREFUSED)', 'Error (ETIMEDOUT)']);
});
