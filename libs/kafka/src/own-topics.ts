import { createHash } from 'node:crypto';
import { defineSettings, integer, text } from '@pipeline/ops';

const TOPIC_NAME = /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/;
const ILLEGAL = /[^a-zA-Z0-9._-]/g;
const LONGEST = 249;
const DAY_MS = 86_400_000;

const topic = (name: string, suffix: string, help: string) =>
  text(name, {
    default: undefined,
    whenUnset: `\`<CONSUMER_GROUP>-${suffix}\``,
    pattern: TOPIC_NAME,
    accepts: 'a topic name',
    help,
  });

/** Topics in which a consumer group keeps something of its own. */
export const OWN_TOPIC_SETTINGS = defineSettings({
  controlTopic: topic(
    'CONTROL_TOPIC',
    'control',
    'Compacted topic that pauses and resumes the whole group; who may write it commands the group.',
  ),
  auditTopic: topic('AUDIT_TOPIC', 'audit', 'Topic of the audit: commands and denied attempts.'),
  auditRetention: integer('AUDIT_RETENTION', {
    default: 365 * DAY_MS,
    min: 1,
    unit: 'ms',
    help: 'Retention of the audit topic when it is created.',
  }),
});

interface OwnTopicValues {
  readonly consumerGroup: string;
  readonly controlTopic: string | undefined;
  readonly auditTopic: string | undefined;
}

/** The names of a group's own topics. */
export const ownTopics = ({ consumerGroup, controlTopic, auditTopic }: OwnTopicValues) => ({
  control: controlTopic ?? topicOfGroup(consumerGroup, 'control'),
  audit: auditTopic ?? topicOfGroup(consumerGroup, 'audit'),
});

/**
 * A topic that is named after a consumer group, which may have any name: what a topic's name cannot have is
 * replaced, and then a hash keeps the topics of different groups apart.
 */
export function topicOfGroup(group: string, suffix: string): string {
  const legal = group.replace(ILLEGAL, '_');
  const name = `${legal}-${suffix}`;
  if (legal === group && name.length <= LONGEST) return name;
  const hash = createHash('sha256').update(group).digest('hex').slice(0, 8);
  const room = LONGEST - suffix.length - hash.length - 2;
  return `${legal.slice(0, room)}-${hash}-${suffix}`;
}
