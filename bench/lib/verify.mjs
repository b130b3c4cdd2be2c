import { UserError } from '../../tools/lib/processes.mjs';
import { Helper } from './helper.mjs';

const LIMIT_MS = 600_000;

/**
 * Nothing else may be compared: every event once, the invalid ones among the dead letters.
 * @param {import('./context.mjs').Context} context
 * @param {import('kafkajs').Admin} admin
 * @param {import('./programs.mjs').Program} program
 * @param {import('./topics.mjs').Input} input
 * @param {{ output: string, dlq: string }} topics
 * @throws UserError
 */
export async function verifyOutputs(context, admin, { name, hasRules }, { count, valid }, { output, dlq }) {
  const processed = await countCommitted(context, admin, output);
  const dead = await countCommitted(context, admin, dlq);
  if (processed + dead === count && (hasRules === false || processed === valid)) return;
  throw new UserError(
    `${name} wrote ${processed} processed events and ${dead} dead letters, not ${valid} and ${count - valid}`,
  );
}

/**
 * @param {import('./context.mjs').Context} context
 * @param {import('kafkajs').Admin} admin
 * @param {string} topic
 */
async function countCommitted({ brokers, nextId, signal }, admin, topic) {
  const ends = await admin.fetchTopicOffsets(topic);
  const counter = new Helper('count', { brokers, topic, group: `count-${nextId()}`, ends });
  try {
    return Number(await counter.says('count', { limitMs: LIMIT_MS, signal }));
  } finally {
    await counter.stop();
  }
}
