import type { Admin, Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import { kafkajs } from './kafkajs.js';

export interface TopicSpec {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
  /** Broker-side settings, applied when the topic is created. */
  readonly config: Readonly<Record<string, string>>;
}

/** A topic the service cannot do without is not there and may not be created. */
export class MissingTopicError extends Error {
  override readonly name = 'MissingTopicError';

  constructor(readonly topics: readonly string[]) {
    super(`missing topics: ${topics.join(', ')}. Create them, or name them in KAFKA_CREATE_TOPICS`);
  }
}

/** What was found and done. */
export interface TopicReport {
  readonly created: readonly string[];
  /** Differences between wished and existing topics that matter, in words. */
  readonly differences: readonly string[];
  /** max.message.bytes of the needed topics, where the broker tells. */
  readonly maxMessageBytes: ReadonlyMap<string, number>;
}

/**
 * Creates the topics that are missing, never alters one that is there.
 * @throws MissingTopicError when a needed topic is neither there nor in `specs`; the driver's error
 */
export async function ensureTopics(
  kafka: Kafka,
  specs: readonly TopicSpec[],
  needed: readonly string[],
): Promise<TopicReport> {
  const admin = kafka.admin();
  try {
    await admin.connect();
    const before = new Set(await admin.listTopics());
    const wanted = specs.filter(({ topic }) => !before.has(topic));
    if (wanted.length > 0)
      await admin.createTopics({ waitForLeaders: true, topics: wanted.map(toTopicConfig) });
    const names = new Set([...before, ...wanted.map(({ topic }) => topic)]);
    const missing = needed.filter((topic) => !names.has(topic));
    if (missing.length > 0) throw new MissingTopicError(missing);
    const existing = specs.filter(({ topic }) => before.has(topic));
    return {
      created: wanted.map(({ topic }) => topic),
      differences: await partitionDifferences(admin, existing),
      maxMessageBytes: await readMaxMessageBytes(admin, needed),
    };
  } finally {
    await withTimeLimit(admin.disconnect(), 2_000);
  }
}

const toTopicConfig = ({ topic, partitions, replication, config }: TopicSpec) => ({
  topic,
  numPartitions: partitions,
  replicationFactor: replication,
  configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
});

async function partitionDifferences(admin: Admin, existing: readonly TopicSpec[]): Promise<string[]> {
  if (existing.length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: existing.map(({ topic }) => topic) });
  return existing.flatMap(({ topic, partitions }) => {
    const found = topics.find(({ name }) => name === topic)?.partitions.length;
    return found === partitions
      ? []
      : [`${topic} has ${String(found)} partitions, ${partitions} are configured`];
  });
}

/** Not every user may read configurations: without them Kafka's defaults are assumed and refusals learnt from. */
async function readMaxMessageBytes(admin: Admin, topics: readonly string[]): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configNames: ['max.message.bytes'],
      })),
    });
    for (const { resourceName, configEntries } of resources) {
      const value = Number(
        configEntries.find(({ configName }) => configName === 'max.message.bytes')?.configValue,
      );
      if (value > 0) sizes.set(resourceName, value);
    }
  } catch {
    return sizes;
  }
  return sizes;
}
