import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bytes, VALID } from '../support/events.js';
import {
  eventually,
  isReady,
  metric,
  produce,
  startService,
  testKafka,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const LARGE = 80;
const LARGE_BYTES = 900_000;
const MOST = 1_000;
/** Garbage included, for five exports: without a bound they took 1.2 GB. */
const MEMORY = 400_000_000;

const topics = uniqueTopics();
let service: Service;

beforeAll(async () => {
  const env = { DLQ_INDEX_MAX: String(MOST), ADMIN_COMMAND_LIMIT: '1000' };
  service = await startService('consumer', topics, env);
  await eventually('it is ready', () => isReady(service));
});
afterAll(() => service.stop('SIGKILL'));

async function ask<T>(path: string, body?: object): Promise<T> {
  const answer = await fetch(`${service.url}/admin/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

/** Waits until the index has read everything. */
const indexed = (many: number) =>
  eventually('the letters are in the index', async () => {
    const { index } = await ask<{ index: { indexed: number; state: string } }>('dead-letters?limit=1');
    return index.state === 'ready' && index.indexed === many;
  });

const memory = () => metric(service, 'process_resident_memory_bytes');

it('large dead letters are exported and replayed a few at a time', async () => {
  const pad = 'x'.repeat(LARGE_BYTES);
  const origin = Buffer.from(topics.input);
  const producer = testKafka().producer({ idempotent: true });
  await producer.connect();
  for (let number = 0; number < LARGE; number++) {
    const value = bytes({ ...VALID, ip: '10.0.0.1', number, pad });
    const messages = [{ value, headers: { 'kafka_dlt-original-topic': origin } }];
    // Each of its own, as a broker takes so much at once.
    await producer.send({ topic: topics.dlq, messages });
  }
  await producer.disconnect();
  await indexed(LARGE);
  const before = await memory();
  // Nobody takes what they are sent.
  const stopping = new AbortController();
  const exports = await Promise.all(
    Array.from({ length: 4 }, () =>
      fetch(`${service.url}/admin/dead-letters/export`, { signal: stopping.signal }),
    ),
  );
  const text = await (await fetch(`${service.url}/admin/dead-letters/export`)).text();
  expect(text.trimEnd().split('\n')).toHaveLength(LARGE);
  expect((await memory()) - before).toBeLessThan(MEMORY);
  expect(exports.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  stopping.abort();

  const { id } = await ask<{ id: string }>('dead-letters/replay', { filter: {} });
  await eventually('it is done', async () => {
    const { state, done } = await ask<{ state: string; done: number }>(`operations/${id}`);
    return state === 'done' && done === LARGE;
  });
  // They die again.
  await indexed(2 * LARGE);
  expect((await ask<{ items: object[] }>('dead-letters?replayed=true&limit=100')).items).toHaveLength(LARGE);
});

it('a purge counts also the letters that the index does not reach back to', async () => {
  await produce(
    topics.dlq,
    Array.from({ length: MOST + 500 }, () => ({ value: 'x' })),
  );
  await indexed(MOST);
  const before = new Date(Date.now() + 60_000).toISOString();
  const { count } = await ask<{ count: number }>('dead-letters/purge/dry-run', { before });
  expect(count).toBeGreaterThanOrEqual(MOST + 500 + 2 * LARGE);
  expect(await ask('dead-letters/purge', { before, count })).toMatchObject({ state: 'done', total: count });
  const admin = testKafka().admin();
  await admin.connect();
  const [offsets] = await admin.fetchTopicOffsets(topics.dlq);
  await admin.disconnect();
  expect(Number(offsets?.low)).toBeGreaterThanOrEqual(count);
});
