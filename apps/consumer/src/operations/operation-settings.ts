import { topicOfGroup, type TopicSpec } from '@pipeline/kafka';
import { defineSettings, integer, list, text, type SettingValues } from '@pipeline/ops';
import type { OperationsLogOptions } from './operations-log.js';

const TOPIC_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const LONGEST = 249;

const topic = (name: string, whenUnset: string, help: string) =>
  text(name, { default: undefined, whenUnset, pattern: TOPIC_NAME, accepts: 'a topic name', help });

/** How dead letters are put back. */
export const OPERATION_SETTINGS = defineSettings({
  operationsTopic: topic(
    'OPERATIONS_TOPIC',
    '`<CONSUMER_GROUP>-operations`',
    'Compacted topic of what is done with dead letters, and how far it is; who may write it can have them replayed.',
  ),
  parkingTopic: topic(
    'PARKING_TOPIC',
    '`<DLQ_TOPIC>-parking`',
    'Topic of the dead letters that are not to be replayed any more.',
  ),
  maxReplays: integer('DLQ_MAX_REPLAYS', {
    default: 3,
    min: 1,
    max: 200,
    help: 'How often an event is replayed; when it dies once more, a replay parks it instead.',
  }),
  takeover: integer('OPERATION_TAKEOVER', {
    default: 10_000,
    // Several times as long as a runner is silent.
    min: 5_000,
    max: 600_000,
    unit: 'ms',
    help: 'Without a sign of the instance that runs an operation, until another one goes on with it.',
  }),
  replayTargets: list('REPLAY_TARGETS', {
    items: 'topic names',
    item: (name) => (TOPIC_NAME.test(name) ? name : undefined),
    default: [],
    whenUnset: 'INPUT_TOPIC',
    help: 'Topics that dead letters may be replayed to; never DLQ_TOPIC.',
  }),
});

interface OperationValues extends SettingValues<typeof OPERATION_SETTINGS> {
  readonly consumerGroup: string;
  readonly inputTopic: string;
  readonly outputTopic: string;
  readonly dlqTopic: string;
  readonly dlqRetention: number;
  readonly createTopics: readonly Omit<TopicSpec, 'config'>[];
}

/** The names that follow from others, and how the topics are made where they are missing. */
export function operationTopics(config: OperationValues) {
  const operations = config.operationsTopic ?? topicOfGroup(config.consumerGroup, 'operations');
  const parking = config.parkingTopic ?? `${config.dlqTopic.slice(0, LONGEST - 8)}-parking`;
  const targets = config.replayTargets.length > 0 ? config.replayTargets : [config.inputTopic];
  return {
    operations,
    parking,
    targets: targets.filter((target) => target !== config.dlqTopic),
    specs: topicSpecsOf(config, operations, parking),
  };
}

/** Of the input's partition count and replication, as far as they are known here; else others make the topics. */
function topicSpecsOf(config: OperationValues, operations: string, parking: string): readonly TopicSpec[] {
  const { createTopics, dlqTopic, inputTopic, outputTopic, dlqRetention } = config;
  const model = [dlqTopic, inputTopic, outputTopic]
    .map((name) => createTopics.find((one) => one.topic === name))
    .find((found) => found !== undefined);
  const named = (name: string) => createTopics.find((one) => one.topic === name);
  if (!model) return [];
  return [
    {
      ...(named(operations) ?? { topic: operations, partitions: 1, replication: model.replication }),
      // What was done with a dead letter is of no interest when the letter is long gone.
      config: { 'cleanup.policy': 'compact,delete', 'retention.ms': String(2 * dlqRetention) },
    },
    {
      ...(named(parking) ?? { ...model, topic: parking }),
      config: {
        'cleanup.policy': 'delete',
        'retention.ms': String(dlqRetention),
        'max.message.bytes': String(PARKED_MESSAGE_BYTES),
      },
    },
  ];
}

/** A dead letter and one header more. */
const PARKED_MESSAGE_BYTES = 2 * 1_048_588 + 1_024;

/** What the log of operations needs. */
export const operationsOptions = (
  config: OperationValues & { readonly controlSecret: string | undefined; readonly socketTimeout: number },
): OperationsLogOptions => {
  const { operations: topic, specs } = operationTopics(config);
  const { consumerGroup: group, controlSecret: secret, socketTimeout: socketTimeoutMs } = config;
  return { group, topic, specs, secret, socketTimeoutMs };
};
