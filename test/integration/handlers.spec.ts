import { Controller, UseFilters, UseInterceptors, type INestApplication } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LoginEventDto } from '@pipeline/contracts';
import {
  DeadLetterInterceptor,
  EachEvent,
  KAFKA_BATCH,
  KeepErrorFilter,
  MetricsInterceptor,
  PassingError,
  PermanentError,
  processed,
  RetryInterceptor,
  type Outcome,
} from '@pipeline/kafka';
import { bytes, VALID } from '../support/events.js';
import { startHandlers } from '../support/in-process.js';
import { collect, eventually, produce, uniqueTopics } from '../support/pipeline.js';

const calls = new Map<string, number>();
let inProgress = 0;
let mostInProgress = 0;

/** Each event's device_id says what is to become of it. */
@Controller()
@UseFilters(KeepErrorFilter)
@UseInterceptors(MetricsInterceptor, DeadLetterInterceptor, RetryInterceptor)
class DeviceController {
  @EventPattern('device', KAFKA_BATCH)
  @EachEvent(LoginEventDto)
  async onDevice(@Payload() event: LoginEventDto): Promise<Outcome> {
    const call = (calls.get(event.user_id) ?? 0) + 1;
    calls.set(event.user_id, call);
    mostInProgress = Math.max(mostInProgress, ++inProgress);
    await new Promise((resolve) => setImmediate(resolve));
    inProgress--;
    if (event.device_id === 'ill') throw new PassingError('the neighbour is ill');
    if (event.device_id === 'ill twice' && call < 3) throw new PassingError('the neighbour is ill');
    if (event.device_id === 'gone') throw new PermanentError('nothing to be done');
    if (event.device_id === 'a mistake') throw new TypeError('a mistake in the code');
    return processed(bytes(event));
  }
}

describe('a handler of single events', () => {
  const topics = uniqueTopics();
  const kinds = ['good', 'ill', 'ill twice', 'gone', 'a mistake', 'bad'];
  let app: INestApplication;
  let reader: Awaited<ReturnType<typeof collect>>;
  const records = (topic: string) => reader.records.get(topic) ?? [];

  beforeAll(async () => {
    ({ app } = await startHandlers(topics, DeviceController));
    await produce(
      topics.input,
      Array.from({ length: 60 }, (_, index) => {
        const device_id = kinds[index % kinds.length] ?? '';
        const ip = device_id === 'bad' ? '10.0.0.1' : VALID.ip;
        return {
          key: device_id,
          value: bytes({ ...VALID, user_id: `user-${String(index)}`, device_id, ip }),
        };
      }),
    );
    reader = await collect([topics.output, topics.dlq]);
    await eventually(
      'every event has come out',
      () => records(topics.output).length + records(topics.dlq).length >= 60,
    );
  });

  afterAll(async () => {
    await reader.stop();
    await app.close();
  });

  it('is called again for passing failures only, and gives up after the limit', () => {
    const callsOf = (kind: string) =>
      kinds
        .flatMap((_, at) => Array.from({ length: 10 }, (__, round) => round * kinds.length + at))
        .filter((index) => kinds[index % kinds.length] === kind)
        .map((index) => calls.get(`user-${String(index)}`) ?? 0);
    expect(Object.fromEntries(kinds.map((kind) => [kind, [...new Set(callsOf(kind))]]))).toEqual({
      good: [1],
      ill: [3],
      'ill twice': [3],
      gone: [1],
      'a mistake': [1],
      bad: [0],
    });
  });

  it('has a bounded number of events in progress', () => {
    expect(mostInProgress).toBeGreaterThan(1);
    expect(mostInProgress).toBeLessThanOrEqual(4);
  });

  it('leaves the outputs in the order of the inputs', () => {
    const numbers = records(topics.output).map(({ value }) =>
      Number((JSON.parse(String(value)) as LoginEventDto).user_id.slice('user-'.length)),
    );
    expect(numbers).toHaveLength(20);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it.each([
    ['ill', 'RETRIES_EXHAUSTED', '3', 'PassingError'],
    ['gone', 'PROCESSING_FAILED', '1', 'PermanentError'],
    ['a mistake', 'PROCESSING_FAILED', '1', 'TypeError'],
    ['bad', 'VALIDATION_FAILED', '1', 'ValidationError'],
  ])('sends what is %s to the dead letters as %s after %s calls', (kind, reason, attempts, error) => {
    const letters = records(topics.dlq).filter(({ key }) => String(key) === kind);
    expect(letters).toHaveLength(10);
    for (const { headers = {} } of letters) {
      expect(String(headers['dlq.reason'])).toBe(reason);
      expect(String(headers['dlq.attempts'])).toBe(attempts);
      expect(String(headers['kafka_dlt-exception-fqcn'])).toBe(error);
    }
  });
});
