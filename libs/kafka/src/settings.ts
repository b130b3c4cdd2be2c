import {
  choice,
  defineSettings,
  flag,
  integer,
  list,
  setting,
  text,
  type SettingsCheck,
} from '@pipeline/ops';
import { COMPRESSIONS } from './driver/codec/compression.js';
import { SECURITY_SETTINGS } from './security-settings.js';
import { FAILURE_SETTINGS } from './failure-settings.js';
import { OWN_TOPIC_SETTINGS, ownTopics } from './own-topics.js';
import { retryTopics } from './retry/retry-topics.js';

const TOPIC_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
/** kafkajs divides an address at its first colon: IPv6 only by name. */
const BROKER = /^(?:kafka:\/\/)?[^\s,/:@]+:(\d{1,5})$/;
const DAY_MS = 86_400_000;

const topic = (name: string, preset: string, help: string) =>
  text(name, { default: preset, pattern: TOPIC_NAME, accepts: 'a topic name', help });

const milliseconds = (name: string, preset: number, min: number, help: string) =>
  integer(name, { default: preset, min, max: 2 ** 31 - 1, unit: 'ms', help });

/** Which Kafka, which topics: what producer and consumer have in common. */
export const KAFKA_SETTINGS = defineSettings({
  brokers: list('BOOTSTRAP_SERVERS', {
    aliases: ['KAFKA_BROKER_URL', 'KAFKA_LISTENER'],
    items: 'host:port',
    item: broker,
    default: ['localhost:29092'],
    help: 'Kafka brokers to begin with; a `kafka://` prefix is accepted. An IPv6 address needs a name.',
  }),
  inputTopic: topic('INPUT_TOPIC', 'user-login', 'Topic the login events arrive on.'),
  outputTopic: topic('OUTPUT_TOPIC', 'processed-user-login', 'Topic of the processed events.'),
  dlqTopic: topic('DLQ_TOPIC', 'user-login-dlq', 'Topic of the dead letters.'),
  createTopics: setting<readonly CreateTopic[]>('KAFKA_CREATE_TOPICS', {
    default: 'user-login:1:1,processed-user-login:1:1,user-login-dlq:1:1',
    accepts: 'a comma-separated list of name:partitions:replication, each topic once',
    parse: parseCreateTopics,
    help: 'Topics created at start when missing. One that exists is never altered.',
  }),
  inputRetention: milliseconds(
    'INPUT_RETENTION',
    7 * DAY_MS,
    1,
    'Retention of the input topic when it is created.',
  ),
  outputRetention: milliseconds(
    'OUTPUT_RETENTION',
    7 * DAY_MS,
    1,
    'Retention of the output topic when it is created.',
  ),
  // 2^31 ms are 24.8 days.
  dlqRetention: integer('DLQ_RETENTION', {
    default: 30 * DAY_MS,
    min: 1,
    unit: 'ms',
    help: 'Retention of the dead-letter topic when it is created; dead letters outlive the input.',
  }),
  socketTimeout: milliseconds('SOCKET_TIMEOUT', 10_000, 100, 'Until a request to a broker counts as failed.'),
  compression: choice('COMPRESSION', {
    of: COMPRESSIONS,
    default: 'none',
    help: 'How what is written is compressed. `zstd` needs Node.js 24.',
  }),
  fastEncoder: flag('KAFKA_FAST_ENCODER', {
    default: true,
    help: '`false` builds requests to write with the stock code of kafkajs: the same bytes, for more CPU.',
  }),
  ...SECURITY_SETTINGS,
});

/** How the consumer takes and retries. */
export const CONSUMER_GROUP_SETTINGS = defineSettings({
  consumerGroup: text('CONSUMER_GROUP', {
    default: 'user-group',
    pattern: /^.+$/,
    accepts: 'a name',
    help: 'Consumer group, used exactly as given.',
  }),
  autoOffsetReset: choice('AUTO_OFFSET_RESET', {
    of: ['earliest', 'latest'],
    default: 'earliest',
    help: 'Where a group without a committed offset begins.',
  }),
  offsetOutOfRange: choice('OFFSET_OUT_OF_RANGE', {
    of: ['stop', 'reset'],
    default: 'stop',
    help:
      'When the offset to go on from is no longer in the topic. `stop`: the partition waits for an operator. ' +
      '`reset`: it goes on from AUTO_OFFSET_RESET. Either way the gap is logged and counted.',
  }),
  enableAutoCommit: flag('ENABLE_AUTO_COMMIT', {
    default: false,
    help: '`true` is refused: it loses events.',
  }),
  deliveryGuarantee: choice('DELIVERY_GUARANTEE', {
    of: ['exactly-once', 'at-least-once'],
    default: 'exactly-once',
    help:
      '`exactly-once`: outputs, dead letters and the offset of a batch are one transaction. ' +
      '`at-least-once`: the offset is committed after the outputs, a crash in between repeats them.',
  }),
  sessionTimeout: milliseconds(
    'SESSION_TIMEOUT',
    30_000,
    1_000,
    'Without heartbeat until the group gives the partitions to others.',
  ),
  heartbeatInterval: milliseconds(
    'HEARTBEAT_INTERVAL',
    3_000,
    100,
    'Between heartbeats; a rebalance is noticed at the next one.',
  ),
  stallTimeout: milliseconds(
    'STALL_TIMEOUT',
    60_000,
    5_000,
    'Until a partition with work and without progress turns /health/live red, while the broker answers.',
  ),
  batchLinger: integer('BATCH_LINGER_MS', {
    default: 0,
    min: 0,
    max: 500,
    unit: 'ms',
    help: 'That a fetch waits for more events: fewer, larger transactions under light load over many partitions.',
  }),
  fetchMaxBytes: integer('FETCH_MAX_BYTES', {
    default: 10_485_760,
    min: 65_536,
    max: 2 ** 30,
    help: 'Bytes of one answer of a broker, besides a first record that is larger; one answer per broker is held at a time.',
  }),
  partitionFetchBytes: integer('MAX_PARTITION_FETCH_BYTES', {
    default: 1_048_576,
    min: 65_536,
    max: 2 ** 30,
    help: 'Bytes of one partition in an answer, besides a first record that is larger: what a batch may hold.',
  }),
  concurrentPartitions: integer('MAX_CONCURRENT_PARTITIONS', {
    default: 64,
    min: 1,
    max: 10_000,
    help: 'Partitions of this instance whose batches are worked on at once, each with KAFKA_WORKER_POOL_SIZE events.',
  }),
  workerPoolSize: integer('KAFKA_WORKER_POOL_SIZE', {
    default: 10,
    min: 1,
    max: 10_000,
    help: 'Events of a partition in progress at once when processing waits on something outside.',
  }),
  ...OWN_TOPIC_SETTINGS,
  ...FAILURE_SETTINGS,
});

interface GroupValues {
  readonly enableAutoCommit: boolean;
  readonly heartbeatInterval: number;
  readonly sessionTimeout: number;
}

export const CONSUMER_GROUP_CHECKS: readonly SettingsCheck<GroupValues>[] = [
  {
    about: ['enableAutoCommit'],
    problem: ({ enableAutoCommit }) =>
      enableAutoCommit
        ? 'ENABLE_AUTO_COMMIT must be false: committing before the outputs are written loses events'
        : undefined,
  },
  {
    about: ['heartbeatInterval', 'sessionTimeout'],
    problem: ({ heartbeatInterval, sessionTimeout }) =>
      heartbeatInterval * 2 > sessionTimeout
        ? 'HEARTBEAT_INTERVAL must be at most half of SESSION_TIMEOUT'
        : undefined,
  },
];

export interface TopicValues {
  readonly inputTopic: string;
  readonly outputTopic: string;
  readonly dlqTopic: string;
}

type TopicKey = keyof TopicValues;

const differentTopics = (
  [one, oneName]: readonly [TopicKey, string],
  [other, otherName]: readonly [TopicKey, string],
): SettingsCheck<TopicValues> => ({
  about: [one, other],
  problem: (values) =>
    values[one] === values[other] ? `${oneName} and ${otherName} must be different topics` : undefined,
});

const INPUT = ['inputTopic', 'INPUT_TOPIC'] as const;
const OUTPUT = ['outputTopic', 'OUTPUT_TOPIC'] as const;
const DEAD_LETTERS = ['dlqTopic', 'DLQ_TOPIC'] as const;

interface RetryValues extends TopicValues {
  readonly retryDelays: readonly number[];
}

interface OwnValues extends RetryValues {
  readonly consumerGroup: string;
  readonly controlTopic: string | undefined;
  readonly auditTopic: string | undefined;
}

/** For the consumer, besides TOPIC_CHECKS. */
export const RETRY_CHECKS: readonly SettingsCheck<OwnValues>[] = [
  {
    about: ['inputTopic', 'outputTopic', 'dlqTopic', 'retryDelays'],
    problem: ({ inputTopic, outputTopic, dlqTopic, retryDelays }) => {
      const topics = retryTopics(inputTopic, retryDelays).map(({ topic }) => topic);
      const taken = topics.find((topic) => topic === outputTopic || topic === dlqTopic);
      if (taken) return `OUTPUT_TOPIC and DLQ_TOPIC must differ from the retry topic ${taken}`;
      const long = topics.find((topic) => !TOPIC_NAME.test(topic));
      return long ? `INPUT_TOPIC must be shorter: ${long} is too long for a topic` : undefined;
    },
  },
  {
    about: [
      'inputTopic',
      'outputTopic',
      'dlqTopic',
      'retryDelays',
      'consumerGroup',
      'controlTopic',
      'auditTopic',
    ],
    problem: (values) => {
      const { inputTopic, outputTopic, dlqTopic, retryDelays } = values;
      const retries = retryTopics(inputTopic, retryDelays).map(({ topic }) => topic);
      const own = Object.values(ownTopics(values));
      const names = [inputTopic, outputTopic, dlqTopic, ...retries, ...own];
      const twice = own.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
      return (
        twice &&
        `CONTROL_TOPIC and AUDIT_TOPIC must be topics of their own: ${twice} is used for something else`
      );
    },
  },
];

export const TOPIC_CHECKS: readonly SettingsCheck<TopicValues>[] = [
  differentTopics(INPUT, OUTPUT),
  differentTopics(INPUT, DEAD_LETTERS),
  differentTopics(OUTPUT, DEAD_LETTERS),
];

/** host:port without its scheme; undefined when it is no broker's address. */
function broker(given: string): string | undefined {
  const port = Number(BROKER.exec(given)?.[1]);
  return port >= 1 && port <= 65_535 ? given.replace(/^kafka:\/\//, '') : undefined;
}

export interface CreateTopic {
  readonly topic: string;
  readonly partitions: number;
  readonly replication: number;
}

function parseCreateTopics(given: string): readonly CreateTopic[] | undefined {
  const topics: CreateTopic[] = [];
  for (const part of given.split(',').map((item) => item.trim())) {
    const match = /^([^:]+):(\d{1,6}):(\d{1,3})$/.exec(part);
    const [, name = '', partitions, replication] = match ?? [];
    if (!TOPIC_NAME.test(name) || Number(partitions) < 1 || Number(replication) < 1) return undefined;
    // Kafka refuses to create a topic twice in one request.
    if (topics.some(({ topic }) => topic === name)) return undefined;
    topics.push({ topic: name, partitions: Number(partitions), replication: Number(replication) });
  }
  return topics;
}
