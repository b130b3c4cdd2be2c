import { readFileSync } from 'node:fs';
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
import { pinnedNode } from '../../tools/lib/workspace.mjs';
import { committed, ends } from './topics.mjs';

/** Of the kernel's accounting on Linux: sysconf(_SC_CLK_TCK). */
const TICKS_PER_SECOND = 100;
const LIMIT_MS = 3_600_000;

/** @typedef {{ seconds: number, perSecond: number, cpuMicros: number, peakMb: number }} Figures */

/**
 * Lets one program drain the input, from the moment it has joined its group until everything is written.
 * @param {import('kafkajs').Kafka} kafka
 * @param {{ name: string, file: () => Promise<string>, env: Record<string, string> }} program
 * @param {{ brokers: string, input: string, partitions: number, events: number, id: string, logs: string }} run
 * @param {AbortSignal} signal
 * @returns {Promise<Figures>}
 */
export async function drain(kafka, program, { brokers, input, partitions, events, id, logs }, signal) {
  const [output, dlq, group] = [`out-${id}`, `dlq-${id}`, `group-${id}`];
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({
    waitForLeaders: true,
    topics: [output, dlq].map((topic) => ({ topic, numPartitions: partitions })),
  });
  const managed = launch(program.name, pinnedNode(), [await program.file()], {
    log: join(logs, `${id}.log`),
    env: {
      PATH: process.env.PATH,
      BOOTSTRAP_SERVERS: brokers,
      INPUT_TOPIC: input,
      OUTPUT_TOPIC: output,
      DLQ_TOPIC: dlq,
      CONSUMER_GROUP: group,
      KAFKA_CREATE_TOPICS: [input, output, dlq].map((topic) => `${topic}:${partitions}:1`).join(),
      HTTP_PORT: String(await freePort()),
      ...program.env,
    },
  });
  const until = (/** @type {() => Promise<boolean>} */ condition, /** @type {string} */ what) =>
    waitFor(
      () => {
        if (!isRunning(managed)) throw new UserError(obituary(managed));
        return condition();
      },
      { timeoutMs: LIMIT_MS, what: `${program.name}: ${what}`, signal },
    );
  try {
    await until(async () => {
      const { groups } = await admin.describeGroups([group]);
      return groups[0]?.state === 'Stable';
    }, 'the group is joined');
    const pid = managed.child.pid ?? 0;
    const before = { at: performance.now(), cpu: cpuSeconds(pid) };
    await until(async () => (await committed(admin, group, input)) >= events, 'the input is read');
    await until(
      async () => (await ends(admin, output)) + (await ends(admin, dlq)) >= events,
      'all is written',
    );
    const seconds = (performance.now() - before.at) / 1_000;
    return {
      seconds,
      perSecond: events / seconds,
      cpuMicros: ((cpuSeconds(pid) - before.cpu) * 1e6) / events,
      peakMb: peakMemoryMb(pid),
    };
  } finally {
    await stop(managed);
    await admin.disconnect();
  }
}

/** User and system time of a process so far. @param {number} pid */
function cpuSeconds(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command in parentheses, and may contain anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** @param {number} pid */
function peakMemoryMb(pid) {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_000;
}
