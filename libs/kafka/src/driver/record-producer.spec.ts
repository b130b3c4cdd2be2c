import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { DeadlineError } from '../abort.js';
import { outgoingRecord } from '../testing/records.js';
import { DRIVER_DEADLINE_MS } from './driver-deadline.js';
import type { Kafka } from './kafka-client.js';
import { RecordProducer } from './record-producer.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

it('gives up a call that never ends, and goes on with a new producer', async () => {
  const log: string[] = [];
  const answers = [new Promise<never>(() => undefined), Promise.resolve([])];
  const kafka = {
    producer: () => ({
      connect: () => Promise.resolve(void log.push('connect')),
      sendBatch: () => (log.push('send'), answers.shift()),
      disconnect: () => Promise.resolve(void log.push('disconnect')),
    }),
  } as unknown as Kafka;
  const producer = new RecordProducer(kafka, 1_000);
  const first = expect(producer.send([outgoingRecord()])).rejects.toThrow(DeadlineError);
  const second = producer.send([outgoingRecord()]);
  await jest.advanceTimersByTimeAsync(DRIVER_DEADLINE_MS);
  await first;
  await second;
  expect(log).toEqual(['connect', 'send', 'disconnect', 'connect', 'send']);
});

it('keeps no connection for what is written once', async () => {
  const log: string[] = [];
  const kafka = {
    producer: () => ({
      connect: () => Promise.resolve(void log.push('connect')),
      sendBatch: () => Promise.resolve(void log.push('send')),
      disconnect: () => Promise.resolve(void log.push('disconnect')),
    }),
  } as unknown as Kafka;
  const producer = new RecordProducer(kafka, 1_000);
  await Promise.all([1, 2].map(() => producer.sendOnce([outgoingRecord()])));
  expect(log.join()).toBe('connect,send,disconnect,connect,send,disconnect');
});
