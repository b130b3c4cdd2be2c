import type { Admin, Kafka } from 'kafkajs';
import { kafkajs } from './kafkajs.js';
import { accessFailure } from './security/access-failure.js';
import { withAdmin } from './with-admin.js';

const MAX_MESSAGE_BYTES = 'max.message.bytes';

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
 * Creates the topics that are missing, never alters one that is there. Those that this user may not see, and does
 * not need, are left to others.
 * @throws MissingTopicError when a needed topic is neither there nor in `specs`; the driver's error
 */
export const ensureTopics = (
  kafka: Kafka,
  specs: readonly TopicSpec[],
  needed: readonly string[],
): Promise<TopicReport> => withAdmin(kafka, (admin) => ensureWith(admin, specs, needed));

async function ensureWith(
  admin: Admin,
  specs: readonly TopicSpec[],
  needed: readonly string[],
): Promise<TopicReport> {
  const before = new Set(await admin.listTopics());
  const unlisted = new Set([...specs.map(({ topic }) => topic), ...needed].filter((one) => !before.has(one)));
  const hidden = await hiddenTopics(admin, unlisted, needed);
  const wanted = specs.filter(({ topic }) => unlisted.has(topic) && !hidden.has(topic));
  if (wanted.length > 0)
    await admin.createTopics({ waitForLeaders: true, topics: wanted.map(toTopicConfig) });
  const names = new Set([...before, ...wanted.map(({ topic }) => topic)]);
  const missing = needed.filter((topic) => !names.has(topic));
  if (missing.length > 0) throw new MissingTopicError(missing);
  const existing = specs.filter(({ topic }) => before.has(topic));
  const configs = await readConfigs(admin, existing, needed);
  return {
    created: wanted.map(({ topic }) => topic),
    differences: [
      ...(await layoutDifferences(admin, existing)),
      ...existing.flatMap((spec) => configDifferences(spec, configs.get(spec.topic))),
    ],
    maxMessageBytes: maxMessageBytes(configs),
  };
}

/** Those of the topics that are not there; what this user may not see is not told to be missing. @throws the driver's error */
export const missingTopics = (kafka: Kafka, topics: readonly string[]): Promise<readonly string[]> =>
  withAdmin(kafka, (admin) => missingWith(admin, topics));

async function missingWith(admin: Admin, topics: readonly string[]): Promise<readonly string[]> {
  const listed = new Set(await admin.listTopics());
  const unlisted = new Set(topics.filter((topic) => !listed.has(topic)));
  const hidden = await hiddenTopics(admin, unlisted, []);
  return [...unlisted].filter((topic) => !hidden.has(topic));
}

/**
 * The list of topics leaves out those that this user may not see, which are not to be taken for missing ones.
 * @throws the driver's error when that is a needed one
 */
async function hiddenTopics(
  admin: Admin,
  topics: ReadonlySet<string>,
  needed: readonly string[],
): Promise<Set<string>> {
  const hidden = new Set<string>();
  for (const topic of topics) {
    try {
      await admin.fetchTopicMetadata({ topics: [topic] });
    } catch (error) {
      if (!accessFailure(error)) continue;
      if (needed.includes(topic)) throw error;
      hidden.add(topic);
    }
  }
  return hidden;
}

const toTopicConfig = ({ topic, partitions, replication, config }: TopicSpec) => ({
  topic,
  numPartitions: partitions,
  replicationFactor: replication,
  configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
});

async function layoutDifferences(admin: Admin, existing: readonly TopicSpec[]): Promise<string[]> {
  if (existing.length === 0) return [];
  const { topics } = await admin.fetchTopicMetadata({ topics: existing.map(({ topic }) => topic) });
  return existing.flatMap(({ topic, partitions, replication }) => {
    const found = topics.find(({ name }) => name === topic)?.partitions ?? [];
    return [
      difference(topic, 'partitions', found.length, partitions),
      difference(topic, 'replicas', found[0]?.replicas.length ?? replication, replication),
    ].flat();
  });
}

const configDifferences = ({ topic, config }: TopicSpec, found: Config | undefined): string[] =>
  Object.entries(config).flatMap(([name, wished]) =>
    difference(topic, name, found?.get(name) ?? wished, wished),
  );

const difference = (
  topic: string,
  what: string,
  found: string | number,
  wished: string | number,
): string[] => (found === wished ? [] : [`${topic} has ${what} ${found}, ${wished} is configured`]);

/** Broker-side settings of one topic by name. */
type Config = ReadonlyMap<string, string>;

/** Not every user may read configurations: what cannot be read is left out. */
async function readConfigs(
  admin: Admin,
  existing: readonly TopicSpec[],
  needed: readonly string[],
): Promise<Map<string, Config>> {
  const wished = new Map(existing.map(({ topic, config }) => [topic, Object.keys(config)]));
  const topics = new Set([...needed, ...wished.keys()]);
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [...topics].map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configNames: [...new Set([MAX_MESSAGE_BYTES, ...(wished.get(name) ?? [])])],
      })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  } catch {
    return new Map();
  }
}

/** Where it is not known, Kafka's default is assumed and refusals are learnt from. */
function maxMessageBytes(configs: ReadonlyMap<string, Config>): Map<string, number> {
  const sizes = [...configs].map(
    ([topic, config]) => [topic, Number(config.get(MAX_MESSAGE_BYTES))] as const,
  );
  return new Map(sizes.filter(([, bytes]) => bytes > 0));
}
