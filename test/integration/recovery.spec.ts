import { afterAll, afterEach, expect, it } from '@jest/globals';
import { PartitionAssigners, type PartitionAssigner } from 'kafkajs';
import { createTopics } from '../../tools/lib/create-topics.mjs';
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
  type Topics,
} from '../support/pipeline.js';

const SESSION_TIMEOUT = 6_000;
const HEARTBEAT_INTERVAL = 1_000;

const running: { stop(signal?: NodeJS.Signals): Promise<unknown> }[] = [];
const stopAll = async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
};
afterEach(stopAll);
// After tests that run at the same time.
afterAll(stopAll);

async function start(topics: Topics, env: Record<string, string> = {}): Promise<Service> {
  const service = await startService('consumer', topics, {
    SESSION_TIMEOUT: String(SESSION_TIMEOUT),
    HEARTBEAT_INTERVAL: String(HEARTBEAT_INTERVAL),
    ...env,
  });
  running.push(service);
  return service;
}

const assigned = async ({ url }: Service, { input }: Topics): Promise<number> => {
  const status = (await (await fetch(`${url}/admin/status`)).json()) as {
    transport: { partitions: { topic: string }[] };
  };
  return status.transport.partitions.filter(({ topic }) => topic === input).length;
};

/** Two members with a partition of the input each. */
async function startTwo(topics: Topics): Promise<[Service, Service]> {
  const services = [await start(topics), await start(topics)] as [Service, Service];
  await eventually('both are ready', async () => (await Promise.all(services.map(isReady))).every(Boolean));
  await eventually('each has a partition', async () =>
    (await Promise.all(services.map((one) => assigned(one, topics)))).every((count) => count === 1),
  );
  return services;
}

it.each([
  ['SIGKILL', 'the session timeout and 3 s', SESSION_TIMEOUT + 3_000],
  ['SIGTERM', 'the heartbeat interval and 2 s', HEARTBEAT_INTERVAL + 2_000],
] as const)('after %s the other one takes over within %s', async (signal, _words, limitMs) => {
  const topics = uniqueTopics(2);
  const [victim] = await startTwo(topics);
  const reader = await collect([topics.output, topics.dlq]);
  running.push(reader);
  await produce(topics.input, numberedEvents(0, 200));
  await eventually('both partitions are processed', () => numbersIn(reader).length >= 200);

  const ended = Date.now();
  void victim.stop(signal);
  await produce(topics.input, numberedEvents(200, 400));
  await eventually('every event has come out', () => numbersIn(reader).length >= 400);
  expect(Date.now() - ended).toBeLessThan(limitMs);
  expect(new Set(numbersIn(reader)).size).toBe(numbersIn(reader).length);
});

it.concurrent('an instance without a partition is ready: a standby', async () => {
  const topics = uniqueTopics(1);
  // Without retry topics, whose partitions both would share.
  const env = { RETRY_DELAYS: 'none' };
  const services = [await start(topics, env), await start(topics, env)];
  await eventually('both are ready', async () => (await Promise.all(services.map(isReady))).every(Boolean));
  await eventually('one has the partition, one has none', async () => {
    const counts = await Promise.all(services.map((one) => assigned(one, topics)));
    return counts.sort().join() === '0,1';
  });
  expect(await Promise.all(services.map(isReady))).toEqual([true, true]);
  for (const { url } of services) expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

it.concurrent(
  'a group that it cannot be a member of ends the process with 1, after one clear line',
  async () => {
    const topics = uniqueTopics(1);
    const others = testKafka().consumer({ groupId: topics.group, partitionAssigners: [anotherAssigner] });
    running.push({ stop: () => others.disconnect() });
    const admin = testKafka().admin();
    await admin.connect();
    await createTopics(admin, [{ topic: topics.input }]);
    await admin.disconnect();
    await others.subscribe({ topic: topics.input });
    const joined = new Promise((resolve) => others.on('consumer.group_join', resolve));
    await others.run({ eachMessage: () => Promise.resolve() });
    await joined;

    const service = await start(topics);
    expect(await service.ended).toBe(1);
    const lines = service.output().split('\n');
    const errors = lines.filter((line) => line.includes('"level":"error"'));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/the consumer is dead for good: .*protocol/);
  },
);

/** Shares partitions out in a way that this consumer does not know. */
const anotherAssigner: PartitionAssigner = (config) => {
  const stock = PartitionAssigners.roundRobin(config);
  return {
    ...stock,
    name: 'another',
    protocol: (topics) => ({ ...stock.protocol(topics), name: 'another' }),
  };
};
