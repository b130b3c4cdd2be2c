import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../../tools/lib/kafka.mjs';
import { freePort, stop } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';
import { bytes, numberOf, VALID } from '../support/events.js';
import {
  collect,
  eventually,
  isReady,
  produce,
  startService,
  testKafka,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const COUNT = 80;

const topics = uniqueTopics(2);
const dir = mkdtempSync(join(tmpdir(), 'login-event-replay-'));
let node: { id: number; port: number; controllerPort: number };
let broker: ReturnType<typeof startBroker>;
let consumer: Service;

const address = () => `127.0.0.1:${String(node.port)}`;
const start = async () => {
  broker = startBroker({ jars: await kafkaJars(root), java: requireJava(), node, nodes: [node], dir });
  await brokerAnswers(broker, node.port);
};

beforeAll(async () => {
  node = { id: 1, port: await freePort(), controllerPort: await freePort() };
  await start();
  consumer = await startService('consumer', topics, { BOOTSTRAP_SERVERS: address() });
  await eventually('the consumer is ready', () => isReady(consumer));
});

afterAll(async () => {
  await consumer.stop('SIGKILL');
  await stop(broker);
  rmSync(dir, { recursive: true, force: true });
});

/** Undefined where it does not answer as it should: Kafka is away now and then. */
async function ask<T>(path: string, body?: object): Promise<T | undefined> {
  const answer = await fetch(`${consumer.url}/admin/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return answer.status === 200 ? ((await answer.json()) as T) : undefined;
}

it('a replay goes on after its broker was killed, each dead letter once', async () => {
  const kafka = testKafka(address());
  const broken = Array.from({ length: COUNT }, (_, number) => ({
    value: bytes({ ...VALID, ip: '10.0.0.1', number }),
  }));
  await produce(topics.input, broken, kafka);
  await eventually('all are in the index', async () => {
    const page = await ask<{ index: { state: string; indexed: number } }>('dead-letters?limit=1');
    return page?.index.state === 'ready' && page.index.indexed === COUNT;
  });
  const operation = await ask<{ id: string }>('dead-letters/replay', { filter: {}, rate: 30 });
  const state = () =>
    ask<{ state: string; done: number }>(`operations/${operation?.id ?? ''}`).catch(() => undefined);
  await eventually('it is half-way', async () => ((await state())?.done ?? 0) >= 20);
  broker.child.kill('SIGKILL');
  await broker.ended;
  await start();
  await eventually('it is done', async () => (await state())?.state === 'done', 120_000);

  const reader = await collect([topics.input], kafka);
  const replays = () =>
    (reader.records.get(topics.input) ?? []).filter(
      ({ headers }) => String(headers['dlq.operation-id']) === operation?.id,
    );
  await eventually('the replays are read', () => replays().length >= COUNT);
  await reader.stop();
  const numbers = replays().map(({ value }) => numberOf(value));
  expect(numbers.sort((a, b) => a - b)).toEqual(broken.map((_, number) => number));
});
