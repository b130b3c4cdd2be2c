import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTopics } from '../../tools/lib/create-topics.mjs';
import { bytes, VALID } from '../support/events.js';
import {
  eventually,
  isReady,
  produce,
  startService,
  testKafka,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

interface Operation {
  readonly id: string;
  readonly state: string;
  readonly done: number;
  readonly problem: string | null;
}

const LETTERS = 20;
const topics = uniqueTopics();
const target = `${topics.input}-again`;
const admin = testKafka().admin();
let service: Service;

beforeAll(async () => {
  await admin.connect();
  const env = { REPLAY_TARGETS: `${topics.input},${target}`, ADMIN_COMMAND_LIMIT: '10000' };
  service = await startService('consumer', topics, env);
  await eventually('the consumer is ready', () => isReady(service));
  const value = bytes({ ...VALID, ip: '10.0.0.1' });
  await produce(
    topics.input,
    Array.from({ length: LETTERS }, () => ({ value })),
  );
  await eventually('they are dead letters in the index', async () => {
    const answer = await fetch(`${service.url}/admin/dead-letters?limit=1`);
    const { index } = (await answer.json()) as { index?: { state: string; indexed: number } };
    return index?.state === 'ready' && index.indexed === LETTERS;
  });
});
afterAll(async () => {
  await service.stop();
  await admin.disconnect();
});

async function command(path: string, rate = 500): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${service.url}/admin/dead-letters/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ filter: {}, target, rate }),
  });
  return { status: answer.status, body: await answer.json() };
}
const operations = async () =>
  (await (await fetch(`${service.url}/admin/operations`)).json()) as readonly Operation[];

it('a replay to a topic that does not exist is refused', async () => {
  for (const path of ['replay/dry-run', 'replay']) {
    const { status, body } = await command(path);
    expect([path, status]).toEqual([path, 400]);
    expect(JSON.stringify(body)).toContain(`the topic ${target} does not exist`);
  }
  expect(await operations()).toEqual([]);
});

it('a replay whose target is deleted meanwhile fails, and says which topic is missing', async () => {
  await createTopics(admin, [{ topic: target }]);
  expect((await command('replay/dry-run')).status).toBe(200);
  expect((await command('replay', 1)).status).toBe(200);
  await eventually('it is at work', async () => ((await operations())[0]?.done ?? 0) > 0);
  await admin.deleteTopics({ topics: [target] });
  await eventually('it has ended', async () => (await operations())[0]?.state === 'failed', 60_000);
  const [operation] = await operations();
  expect(operation?.problem).toBe(`the topic ${target} does not exist`);
  expect(operation?.done).toBeLessThan(LETTERS);
  expect(service.output()).toContain(`the topic ${target} does not exist`);
});
