import { ownTopics } from './own-topics.js';
import type { TopicSpec } from './driver/topics.js';
import { retryTopics } from './retry/retry-topics.js';
import type { CreateTopic, TopicValues } from './settings.js';

interface RoleValues extends TopicValues {
  readonly createTopics: readonly CreateTopic[];
  readonly inputRetention: number;
  readonly outputRetention: number;
  readonly dlqRetention: number;
  /** Absent where there are no retry topics. */
  readonly retryDelays?: readonly number[];
  readonly consumerGroup?: string;
  readonly controlTopic?: string | undefined;
  readonly auditTopic?: string | undefined;
  readonly auditRetention?: number;
}

/** Events grow by a time and dead letters by headers: their topics take more than the 1 MiB of the input. */
const GROWN_MESSAGE_BYTES = 2 * 1_048_588;

/**
 * The topics to create, each with what its role needs. Retry topics, and the group's own
 * ones, that are not named among them are as the input topic is, or another one of its route where that is not named either.
 */
export function topicSpecs(values: RoleValues): readonly TopicSpec[] {
  const { inputTopic, outputTopic, dlqTopic, inputRetention, outputRetention, dlqRetention } = values;
  const roles: Record<string, Record<string, string>> = {
    [inputTopic]: { 'cleanup.policy': 'delete', 'retention.ms': String(inputRetention) },
    [outputTopic]: {
      'cleanup.policy': 'delete',
      'retention.ms': String(outputRetention),
      'max.message.bytes': String(GROWN_MESSAGE_BYTES),
    },
    [dlqTopic]: {
      'cleanup.policy': 'delete',
      'retention.ms': String(dlqRetention),
      'max.message.bytes': String(GROWN_MESSAGE_BYTES),
    },
  };
  const retries = retryTopics(inputTopic, values.retryDelays ?? []);
  for (const { topic, delayMs } of retries) {
    roles[topic] = {
      'cleanup.policy': 'delete',
      // The wait comes on top of what an event may wait anyway.
      'retention.ms': String(inputRetention + delayMs),
      'max.message.bytes': String(GROWN_MESSAGE_BYTES),
    };
  }
  const input = [inputTopic, dlqTopic, outputTopic]
    .map((name) => values.createTopics.find(({ topic }) => topic === name))
    .find((found) => found !== undefined);
  const named = new Set(values.createTopics.map(({ topic }) => topic));
  const own = ownRoles(values);
  Object.assign(roles, own);
  const alike = [
    ...retries.map(({ topic }) => ({ topic })),
    ...Object.keys(own).map((topic) => ({ topic, partitions: 1 })),
  ];
  const further = alike.flatMap((one) => (input && !named.has(one.topic) ? [{ ...input, ...one }] : []));
  return [...values.createTopics, ...further].map((topic) => ({
    ...topic,
    config: roles[topic.topic] ?? {},
  }));
}

/**
 * Topics of one partition in which a group keeps something of its own: replicated as the input topic is, where they
 * are not named. Programs without a group have none.
 */
function ownRoles(values: RoleValues): Record<string, Record<string, string>> {
  const { consumerGroup, controlTopic, auditTopic, auditRetention } = values;
  if (consumerGroup === undefined) return {};
  const { control, audit } = ownTopics({ consumerGroup, controlTopic, auditTopic });
  return {
    [control]: { 'cleanup.policy': 'compact' },
    [audit]: { 'cleanup.policy': 'delete', 'retention.ms': String(auditRetention) },
  };
}
