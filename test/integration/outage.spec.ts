import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../../tools/lib/kafka.mjs';
import { freePort, stop } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';
import { numberedEvents, numbersIn } from '../support/events.js';
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

describe('a broker that is not there', () => {
  const topics = uniqueTopics(2);
  const dir = mkdtempSync(join(tmpdir(), 'login-event-outage-'));
  let node: { id: number; port: number; controllerPort: number };
  let broker: ReturnType<typeof startBroker> | undefined;
  let consumer: Service;

  const start = async () => {
    broker = startBroker({ jars: await kafkaJars(root), java: requireJava(), node, nodes: [node], dir });
    await brokerAnswers(broker, node.port);
  };
  const status = async (path: string) => (await fetch(`${consumer.url}${path}`)).status;

  beforeAll(async () => {
    node = { id: 1, port: await freePort(), controllerPort: await freePort() };
    consumer = await startService('consumer', topics, {
      BOOTSTRAP_SERVERS: `127.0.0.1:${String(node.port)}`,
    });
  });

  afterAll(async () => {
    await consumer.stop('SIGKILL');
    if (broker) await stop(broker);
    rmSync(dir, { recursive: true, force: true });
  });

  it('is waited for: live, but not ready', async () => {
    await eventually('HTTP answers', () =>
      status('/health/live').then(
        (code) => code === 200,
        () => false,
      ),
    );
    expect(await status('/health')).toBe(503);
    expect(await status('/health/ready')).toBe(503);
  });

  it('comes, goes for ten seconds in mid-stream and comes back: each event once, the same process', async () => {
    await start();
    const kafka = testKafka(`127.0.0.1:${String(node.port)}`);
    await eventually('the consumer is ready', () => isReady(consumer));
    await produce(topics.input, numberedEvents(0, 4_000), kafka);
    let reader = await collect([topics.output], kafka);
    await eventually(
      'the stream is being processed',
      () => (reader.records.get(topics.output) ?? []).length > 0,
    );
    await reader.stop();

    if (broker) await stop(broker);
    const back = Date.now() + 10_000;
    await eventually('it is not ready', async () => (await status('/health')) === 503);
    expect(await status('/health/live')).toBe(200);
    await eventually('ten seconds have passed', () => Date.now() > back);
    await start();

    await eventually('the consumer is ready again', () => isReady(consumer));
    await produce(topics.input, numberedEvents(4_000, 5_000), kafka);
    reader = await collect([topics.output, topics.dlq], kafka);
    const written = () => numbersIn(reader);
    await eventually('every event has come out', () => written().length >= 5_000);
    expect(written()).toHaveLength(5_000);
    expect(new Set(written()).size).toBe(5_000);
    await reader.stop();
  });

  it('leaves with 0 on SIGTERM while the broker is away', async () => {
    if (broker) await stop(broker);
    const code = await consumer.stop();
    expect(code === 0 ? '' : consumer.output()).toBe('');
  });
});
