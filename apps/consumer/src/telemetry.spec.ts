import { Logger } from '@nestjs/common';
import { afterEach, expect, it, jest } from '@jest/globals';
import { TransportEvents, type Circuits, type FloodWatch, type KafkaBatchServer } from '@pipeline/kafka';
import type { Metrics } from '@pipeline/ops';
import { Telemetry } from './telemetry.js';

afterEach(() => {
  jest.restoreAllMocks();
});

function setUp() {
  const lines: unknown[] = [];
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => void lines.push(line));
  const metric = { inc: () => undefined };
  const metrics = { counter: () => metric, gauge: () => metric, histogram: () => metric };
  const server = { describe: () => ({ partitions: [] }) };
  const events = new TransportEvents();
  const telemetry = new Telemetry(
    events,
    metrics as unknown as Metrics,
    server as unknown as KafkaBatchServer,
    { describe: () => [] } as unknown as Circuits,
    { isFlooded: false } as unknown as FloodWatch,
  );
  telemetry.onModuleInit();
  return { events, lines };
}

it('says once for each cause that Kafka is of no use, and anew after a join', () => {
  const { events, lines } = setUp();
  const line = (error: string) => `Kafka is of no use yet, trying again: ${error}`;
  for (const error of ['ECONNREFUSED', 'ECONNREFUSED', 'ETIMEDOUT']) events.emit('disconnected', { error });
  expect(lines).toEqual([line('ECONNREFUSED'), line('ETIMEDOUT')]);
  events.emit('joined', { partitions: 1 });
  events.emit('disconnected', { error: 'ECONNREFUSED' });
  expect(lines.slice(2)).toEqual([line('ECONNREFUSED')]);
});
