import { describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { ensureTopics, MissingTopicError, type TopicSpec } from './topics.js';

const spec = (topic: string, partitions = 3): TopicSpec => ({
  topic,
  partitions,
  replication: 1,
  config: { 'retention.ms': '1000' },
});

interface Cluster {
  /** Partition counts by topic. */
  topics?: Record<string, number>;
  /** Of every partition. */
  replicas?: number;
  /** Settings by topic; an error where they may not be read. */
  configs?: Record<string, Record<string, string>> | Error;
  connectError?: Error;
}

function clusterOf({ topics = {}, replicas = 1, configs = {}, connectError }: Cluster) {
  const calls: [string, unknown][] = [];
  const admin = {
    connect: () => (connectError ? Promise.reject(connectError) : Promise.resolve()),
    disconnect: () => (calls.push(['disconnect', undefined]), Promise.resolve()),
    listTopics: () => Promise.resolve(Object.keys(topics)),
    createTopics: (request: unknown) => (calls.push(['createTopics', request]), Promise.resolve(true)),
    fetchTopicMetadata: ({ topics: names }: { topics: string[] }) =>
      Promise.resolve({
        topics: names.map((name) => ({
          name,
          partitions: Array.from({ length: topics[name] ?? 0 }, () => ({
            replicas: Array(replicas).fill(1),
          })),
        })),
      }),
    describeConfigs: ({ resources }: { resources: { name: string; configNames: string[] }[] }) =>
      configs instanceof Error
        ? Promise.reject(configs)
        : Promise.resolve({
            resources: resources.map(({ name, configNames }) => ({
              resourceName: name,
              configEntries: Object.entries(configs[name] ?? {})
                .filter(([configName]) => configNames.includes(configName))
                .map(([configName, configValue]) => ({ configName, configValue })),
            })),
          }),
  };
  return { calls, kafka: { admin: () => admin } as unknown as Kafka };
}

const namesOf = (calls: [string, unknown][]): string[] => calls.map(([name]) => name);

describe('ensuring topics', () => {
  it('creates just those that are missing, with their settings', async () => {
    const { calls, kafka } = clusterOf({ topics: { a: 3 } });
    const report = await ensureTopics(kafka, [spec('a'), spec('b')], ['a', 'b']);
    expect(calls[0]).toEqual([
      'createTopics',
      {
        waitForLeaders: true,
        topics: [
          {
            topic: 'b',
            numPartitions: 3,
            replicationFactor: 1,
            configEntries: [{ name: 'retention.ms', value: '1000' }],
          },
        ],
      },
    ]);
    expect(report).toMatchObject({ created: ['b'], differences: [] });
  });

  it('creates nothing when all is there, and says how it differs', async () => {
    const configs = { a: { 'retention.ms': '1000' }, b: { 'retention.ms': '-1', 'segment.ms': '7' } };
    const { calls, kafka } = clusterOf({ topics: { a: 6, b: 3 }, replicas: 2, configs });
    const report = await ensureTopics(kafka, [spec('a'), spec('b')], ['a', 'b']);
    expect(namesOf(calls)).toEqual(['disconnect']);
    expect(report).toMatchObject({
      created: [],
      differences: [
        'a has partitions 6, 3 is configured',
        'a has replicas 2, 1 is configured',
        'b has replicas 2, 1 is configured',
        'b has retention.ms -1, 1000 is configured',
      ],
    });
  });

  it('refuses to go on without a needed topic, and names it', async () => {
    const { calls, kafka } = clusterOf({ topics: { a: 3 } });
    const ensured = ensureTopics(kafka, [], ['a', 'b', 'c']);
    await expect(ensured).rejects.toBeInstanceOf(MissingTopicError);
    await expect(ensured).rejects.toMatchObject({ topics: ['b', 'c'] });
    expect(namesOf(calls)).toEqual(['disconnect']);
  });

  it('reads how large a batch the topics take', async () => {
    const sizes = { a: '2000000', b: 'unknown' };
    const configs = Object.fromEntries(
      Object.entries(sizes).map(([topic, bytes]) => [topic, { 'max.message.bytes': bytes }]),
    );
    const { kafka } = clusterOf({ topics: { a: 1, b: 1, c: 1 }, configs });
    const report = await ensureTopics(kafka, [], ['a', 'b', 'c']);
    expect([...report.maxMessageBytes]).toEqual([['a', 2_000_000]]);
  });

  it('goes on without the sizes where it may not read them', async () => {
    const { kafka } = clusterOf({ topics: { a: 1 }, configs: new Error('not authorized') });
    expect((await ensureTopics(kafka, [], ['a'])).maxMessageBytes.size).toBe(0);
  });

  it("passes on the driver's error, and disconnects", async () => {
    const connectError = new Error('no broker');
    const { calls, kafka } = clusterOf({ connectError });
    await expect(ensureTopics(kafka, [], [])).rejects.toBe(connectError);
    expect(namesOf(calls)).toEqual(['disconnect']);
  });
});
