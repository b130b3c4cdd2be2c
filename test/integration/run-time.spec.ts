import { hostname } from 'node:os';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bytes, VALID } from '../support/events.js';
import {
  eventually,
  isReady,
  produce,
  startService,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const topics = uniqueTopics(2);
const SECRET = 'a secret of this group';
let service: Service;

beforeAll(async () => {
  service = await startService('consumer', topics, { CONTROL_SECRET: SECRET, ENVIRONMENT: 'staging' });
  await eventually('it is ready', () => isReady(service));
  await produce(topics.input, [{ value: bytes(VALID) }, { value: 'not JSON' }]);
});
afterAll(() => service.stop());

async function admin<T>(path: string, method = 'GET', body?: object): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const sent = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  return (await (await fetch(`${service.url}/admin/${path}`, sent)).json()) as T;
}

it('an instance tells who it is, how fast it is, and how often its group has rebalanced', async () => {
  interface Status {
    throughput: { processed: number; deadLettered: number };
  }
  const status = await admin<{ rebalances: number }>('status');
  expect(status).toMatchObject({
    instance: { host: hostname(), version: '0.1.0', environment: 'staging', startedAt: expect.any(String) },
  });
  // The first join; on a busy machine a session may end too soon.
  expect(status.rebalances).toBeGreaterThanOrEqual(1);
  await eventually('it has been measured', async () => {
    const { throughput } = await admin<Status>('status');
    return throughput.deadLettered > 0 && throughput.processed > throughput.deadLettered;
  });
  let sample: { lagMessages: number } | undefined;
  await eventually('a sample is without lag', async () => {
    sample = (await admin<{ lagMessages: number }[]>('history')).at(-1);
    return sample?.lagMessages === 0;
  });
  expect(sample).toEqual({
    ...{
      at: expect.any(String),
      eventsPerSecond: expect.any(Number),
      deadLettersPerSecond: expect.any(Number),
    },
    ...{ lagMessages: 0, lagSeconds: 0 },
  });
});

it('the instances of the group are shown with host, version and partitions', async () => {
  const instances = await admin<{ partitions: object[] }[]>('instances');
  expect(instances).toMatchObject([{ self: true, host: hostname(), version: '0.1.0' }]);
  const input = [0, 1].map((partition) => ({ topic: topics.input, partition }));
  expect(instances[0]?.partitions).toEqual(expect.arrayContaining(input));
});

it('the configuration is shown without secrets', async () => {
  const settings = await admin<{ name: string; value: unknown }[]>('config');
  expect(settings).toContainEqual({ name: 'INPUT_TOPIC', value: topics.input });
  expect(settings).toContainEqual({ name: 'CONTROL_SECRET', value: '***' });
  expect(settings).toContainEqual({ name: 'KAFKA_SASL_PASSWORD', value: null });
  expect(JSON.stringify(settings)).not.toContain(SECRET);
});

it('the log level is changed for a time', async () => {
  expect(await admin('log-level', 'PUT', { level: 'DEBUG', for: '1s' })).toMatchObject({
    ...{ level: 'DEBUG', configured: 'INFO' },
    until: expect.any(String),
  });
  await eventually('it returns', async () => (await admin<{ level: string }>('log-level')).level === 'INFO');
  expect(service.output()).toContain('the log level is INFO again');
  expect(await admin('log-level', 'PUT', { level: 'ERROR' })).toMatchObject({ level: 'ERROR' });
  expect(await admin('log-level', 'DELETE')).toEqual({ level: 'INFO', configured: 'INFO', until: null });
  expect(await admin('log-level', 'PUT', { level: 'TRACE', for: '2d' })).toMatchObject({
    status: 400,
    errors: [expect.stringContaining('level'), expect.stringContaining('24 hours')],
  });
});
