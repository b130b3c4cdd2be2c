import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { ConfigResourceTypes } from 'kafkajs';
import { createTopics } from '../../tools/lib/create-topics.mjs';
import { bytes, VALID } from '../support/events.js';
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

const admin = testKafka().admin();

beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());

const running: { stop(): Promise<unknown> }[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
});

const pausedBy = async ({ url }: Service): Promise<string[]> => {
  const answer = await fetch(`${url}/admin/status`).catch(() => undefined);
  if (!answer?.ok) return [];
  const status = (await answer.json()) as { transport: { partitions: { pausedBy: string[] }[] } };
  return status.transport.partitions.flatMap((one) => one.pausedBy);
};

it('a dead letter that does not fit waits for a larger limit and an operator, and is delivered then', async () => {
  const topics = uniqueTopics(1);
  const limit = (value: string) => [{ name: 'max.message.bytes', value }];
  await createTopics(admin, [{ topic: topics.dlq, configEntries: limit('2000') }]);
  const consumer = await startService('consumer', topics);
  running.push(consumer);
  await eventually('the consumer is ready', () => isReady(consumer));
  const reader = await collect([topics.output, topics.dlq]);
  running.push(reader);
  const large = bytes({ padding: 'x'.repeat(4_000) });
  await produce(topics.input, [{ value: large }, { value: bytes(VALID) }]);
  await eventually('the partition is paused', async () =>
    (await pausedBy(consumer)).includes('undeliverable'),
  );

  const topicConfig = { type: ConfigResourceTypes.TOPIC, name: topics.dlq };
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ ...topicConfig, configEntries: limit('100000') }],
  });
  await eventually('the broker tells the larger limit', async () => {
    const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [topicConfig] });
    return (resources[0]?.configEntries ?? []).some(
      ({ configName, configValue }) => configName === 'max.message.bytes' && configValue === '100000',
    );
  });
  expect((await fetch(`${consumer.url}/admin/resume`, { method: 'POST' })).status).toBe(200);
  const values = (topic: string) => reader.records.get(topic)?.map(({ value }) => value) ?? [];
  await eventually('the event behind it has come out', () => values(topics.output).length === 1, 60_000);
  await eventually('the dead letter has come out', () => values(topics.dlq).length === 1, 60_000);
  expect(values(topics.dlq)).toEqual([large]);
  expect(await pausedBy(consumer)).toEqual([]);
});
