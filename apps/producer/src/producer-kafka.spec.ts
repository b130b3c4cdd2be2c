import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { loadSettings } from '@pipeline/ops';
import { PRODUCER_SETTINGS, type ProducerConfig } from './config.js';
import { ProducerKafka } from './producer-kafka.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('says once for each cause that Kafka is of no use yet', async () => {
  const lines: unknown[] = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(line));
  const { values } = loadSettings(PRODUCER_SETTINGS, { environment: {}, file: {} }) as {
    values: ProducerConfig;
  };
  const producer = new ProducerKafka(values);
  let code = 'ECONNREFUSED';
  jest.spyOn(producer.kafka, 'admin').mockReturnValue({
    connect: () => Promise.reject(Object.assign(new Error(), { code })),
    disconnect: () => Promise.resolve(),
  } as unknown as ReturnType<typeof producer.kafka.admin>);
  const stopping = new AbortController();
  const prepared = producer.prepare(stopping.signal);
  await jest.advanceTimersByTimeAsync(3_000);
  code = 'ETIMEDOUT';
  await jest.advanceTimersByTimeAsync(3_000);
  stopping.abort();
  await prepared;
  expect(lines).toEqual(
    ['ECONNREFUSED', 'ETIMEDOUT'].map((cause) => `Kafka is of no use yet, trying again: Error (${cause})`),
  );
});
