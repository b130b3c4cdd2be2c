import { Controller, UseFilters, UseInterceptors } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { expect, it } from '@jest/globals';
import {
  DeadLetterInterceptor,
  KAFKA_BATCH,
  KeepErrorFilter,
  processed,
  RetryInterceptor,
  type InputRecord,
  type Outcome,
} from '@pipeline/kafka';
import { healthProbes } from '../../apps/consumer/src/health-probes.js';
import { bytes, VALID } from '../support/events.js';
import { startHandlers } from '../support/in-process.js';
import { eventually, produce, uniqueTopics } from '../support/pipeline.js';

const STALL_TIMEOUT = 1_500;
let release: (() => void) | undefined;

/** Waits for something that does not come when an event says so. */
@Controller()
@UseFilters(KeepErrorFilter)
@UseInterceptors(DeadLetterInterceptor, RetryInterceptor)
class HangingController {
  @EventPattern('device', KAFKA_BATCH)
  async onDevice(@Payload() records: readonly InputRecord[]): Promise<readonly Outcome[]> {
    if (records.some(({ key }) => String(key) === 'hang')) {
      await new Promise<void>((resolve) => (release = resolve));
    }
    return records.map(({ value }) => processed(value ?? bytes({})));
  }
}

it('a handler that hangs turns live red after STALL_TIMEOUT, naming topic, partition and offset', async () => {
  const topics = uniqueTopics(2);
  const { app, server } = await startHandlers(topics, HangingController);
  const live = () => healthProbes(server, STALL_TIMEOUT).live.map((probe) => probe.check());
  const write = (partition: number, key: string) =>
    produce(topics.input, [{ partition, key, value: bytes(VALID) }]);
  const positions = () =>
    server.describe().partitions.map(({ partition, position }) => `${partition}:${position}`);

  await write(0, 'good');
  await write(1, 'good');
  await eventually('both partitions work', () => positions().sort().join() === '0:1,1:1');
  expect(live().map(({ up }) => up)).toEqual([true, true]);
  await write(1, 'hang');
  await eventually('live is red', () => live().some(({ up }) => !up), 30_000);
  const stalled = { topic: topics.input, partition: 1, offset: '1', stalledSeconds: expect.any(Number) };
  expect(live().filter(({ up }) => !up)).toEqual([{ up: false, details: { stalled: [stalled] } }]);

  release?.();
  await eventually('live is green again', () => live().every(({ up }) => up));
  await app.close();
});
