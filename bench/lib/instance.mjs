import { join } from 'node:path';
import {
  freePort,
  isRunning,
  launch,
  obituary,
  stop,
  UserError,
  waitFor,
} from '../../tools/lib/processes.mjs';

const START_LIMIT_MS = 120_000;

/**
 * @typedef {{ input: string, output: string, dlq: string, group: string, partitions: number }} Work
 * @typedef {import('../../tools/lib/processes.mjs').Managed} Managed
 */

/**
 * Starts one instance of a program.
 * @param {import('./context.mjs').Context} context
 * @param {import('./programs.mjs').Program} program
 * @param {Work} work
 * @returns {Promise<Managed>}
 */
export async function startInstance(context, program, { input, output, dlq, group, partitions }) {
  const { command, args, env } = await program.command(context);
  return launch(program.name, command, args, {
    log: join(context.dir, `instance-${context.nextId()}.log`),
    env: {
      PATH: process.env.PATH,
      BOOTSTRAP_SERVERS: context.brokers,
      INPUT_TOPIC: input,
      OUTPUT_TOPIC: output,
      DLQ_TOPIC: dlq,
      CONSUMER_GROUP: group,
      KAFKA_CREATE_TOPICS: [input, output, dlq].map((topic) => `${topic}:${partitions}:1`).join(),
      HTTP_PORT: String(await freePort()),
      ...env,
    },
  });
}

/**
 * Waits until the instances are all members of their group.
 * @param {import('kafkajs').Admin} admin
 * @param {string} group
 * @param {Managed[]} instances
 * @param {{ members?: number | undefined, signal: AbortSignal }} options `members` of each instance
 */
export function untilJoined(admin, group, instances, { members = 1, signal }) {
  const joined = async () => {
    const { groups } = await admin.describeGroups([group]);
    return groups[0]?.state === 'Stable' && groups[0].members.length >= instances.length * members;
  };
  return untilOrEnded(instances, joined, { what: 'the group is joined', timeoutMs: START_LIMIT_MS, signal });
}

/**
 * Waits for a condition for as long as every instance runs.
 * @param {Managed[]} instances
 * @param {() => Promise<boolean>} condition
 * @param {{ what: string, timeoutMs: number, signal: AbortSignal }} options
 */
export function untilOrEnded(instances, condition, { what, ...options }) {
  const check = () => {
    const ended = instances.find((instance) => !isRunning(instance));
    if (ended) throw new UserError(obituary(ended));
    return condition();
  };
  return waitFor(check, { ...options, what: `${instances[0]?.name}: ${what}` });
}

/** @param {Managed[]} instances @param {AbortSignal} signal aborted: there is no time for a good end */
export const stopAll = (instances, signal) =>
  Promise.all(instances.map((instance) => stop(instance, signal.aborted ? 2_000 : 15_000)));

/** @param {Managed} instance */
export const pidOf = ({ child }) => child.pid ?? 0;
