import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { Random } from '../../../tools/lib/generator.mjs';
import { UserError, waitFor } from '../../../tools/lib/processes.mjs';
import { doFaults } from './faults.mjs';
import { inputEvents } from './input.mjs';
import { Instances } from './instances.mjs';
import { startIllServer } from '../../support/ill-server.mjs';
import { readCommitted, readUncommitted } from '../../support/kcat.mjs';
import { feed } from './feed.mjs';
import { describeTransactions } from './dump.mjs';
import { createTopic, haveJoined, positionsOf } from './kafka-admin.mjs';
import { findLost, judge, numberOf } from './oracle.mjs';
import { describeFault, planFaults } from './plan.mjs';
import { Progress } from './progress.mjs';

const PARTITIONS = 6;
const INSTANCES = 3;
const SESSION_TIMEOUT_MS = 6_000;
/** How long events go on to arrive after the last fault began. */
const FEED_ON_MS = 5_000;
/** To finish once the faults are over. */
const FINISH_MS = 240_000;
/** Every so many of the valid events has an address, and is looked up. */
const LOOKED_UP_EVERY = 25;
/** More than all troubles of the look-ups together take, so that no event is given up. */
const RETRY_DELAYS = ['1s', '2s', '4s', '8s', '16s', '30s', '30s', '30s'];
/** Of every other seed: batches that are small enough to share transactions. */
const SMALL_BATCHES = { MAX_PARTITION_FETCH_BYTES: '65536' };
/**
 * Readers may be behind: a broker that has just become leader does not know yet how far its followers are. Short,
 * because a transaction that was left open should not go unnoticed.
 */
const READABLE_MS = 5_000;
/** For so long nothing may wait in any retry topic. */
const QUIET_MS = 4_000;

/**
 * @typedef {{ seed: number, events: number, faults: number, kinds: readonly string[], guarantee: string, nodeOptions: string[], logs: string }} Run
 * @typedef {{ verdict: import('./oracle.mjs').Verdict, longestPauseMs: number, slowestRecoveryMs: number, broken: string[] }} Result
 */

/**
 * Consumers on topics of their own, while faults are done to them: what became of every event.
 * @param {import('../../support/cluster.mjs').Cluster} cluster
 * @param {Run} run
 * @param {AbortSignal} signal
 * @returns {Promise<Result>}
 */
export async function runSeed(cluster, run, signal) {
  const { seed, events, faults, kinds } = run;
  const id = `${seed}-${Date.now().toString(36)}`;
  const [input, output, dlq, group] = [`in-${id}`, `out-${id}`, `dlq-${id}`, `group-${id}`];
  const kafka = connectTo(cluster);
  const shape = { instances: INSTANCES, brokers: cluster.size, partitions: PARTITIONS };
  const options = { faults, kinds, ...shape, sessionTimeoutMs: SESSION_TIMEOUT_MS };
  const plan = planFaults(new Random(seed), options);
  const feedMs = plan.reduce((sum, { waitMs }) => sum + waitMs, FEED_ON_MS);
  const made = withFewAddresses(inputEvents(seed, events));
  const retries = RETRY_DELAYS.map((_, index) => `${input}-retry-${index + 1}`);
  await createTopic(kafka, input, PARTITIONS, cluster.size);

  const lookups = await startIllServer();
  const { url } = lookups;
  const instances = startable({ cluster, run, input, output, dlq, group, url, folder: join(run.logs, id) });
  const killAll = () => instances.killAll();
  process.once('exit', killAll);
  const progress = new Progress(kafka, group, input);
  try {
    for (let number = 1; number <= INSTANCES; number++) await instances.start(number);
    const until = { timeoutMs: FINISH_MS, signal };
    await waitFor(() => haveJoined(kafka, group, INSTANCES), { ...until, what: 'all have joined' });
    const fed = feed(cluster.addresses, input, made, { ms: feedMs, signal });
    await waitFor(() => progress.committed > 0, { ...until, what: 'the first commit' });
    progress.begin();
    const start = Date.now();
    const topics = { input, all: [input, output, dlq, ...retries] };
    const scene = { cluster, instances, lookups, kafka, topics, signal };
    const done = doFaults(scene, plan, progress, (fault) => {
      const seconds = ((Date.now() - start) / 1_000).toFixed(1);
      console.error(`seed ${seed}, ${seconds} s: ${describeFault(fault)}`);
    });
    await Promise.all([fed, done]);
    try {
      await waitFor(() => progress.committed >= events, { ...until, what: `seed ${seed}: the end` });
      let quietSince = Infinity;
      const areEmpty = async () => {
        if (!(await instances.areDone(retries, PARTITIONS))) quietSince = Infinity;
        else quietSince = Math.min(quietSince, Date.now());
        // A partition that cannot be fetched says nothing of its lag.
        return Date.now() - quietSince >= QUIET_MS && !(await hasWaiting(cluster, kafka, group, retries));
      };
      const what = `seed ${seed}: the retry topics are empty`;
      await waitFor(areEmpty, { ...until, what });
    } catch (error) {
      console.error([progress.describe(), ...(await instances.describe())].join('\n'));
      throw error;
    }
    instances.noteDead();
    await instances.leaveAll();
  } finally {
    await progress.stop();
    await lookups.stop();
    killAll();
    process.off('exit', killAll);
  }
  const { arrived, processed, deadLettered, waited, seconds } = await readAll(
    cluster,
    { input, output, dlq, retries },
    { events, signal },
  );
  const delayed = new Set(waited.map(({ key }) => numberOf(key)));
  console.error(
    `seed ${seed}: ${lookups.calls.length} look-ups, ${delayed.size} events through retry topics, read after ${seconds} s`,
  );
  const expected = expectedOf(made, arrived);
  const verdict = judge(expected, { processed, deadLettered }, { areLookedUp: true, delayed });
  if (verdict.lost > 0) {
    const written = await Promise.all(
      [output, dlq].map((topic) => readUncommitted(cluster.addresses, topic)),
    );
    for (const found of findLost(expected, [...processed, ...deadLettered], written.flat())) {
      console.error(`lost: ${JSON.stringify(found)}`);
      if (found.notCommitted === 0) continue;
      const names = [output, dlq].map((topic) => `${topic}-${found.partition}`);
      console.error(await describeTransactions(cluster, `${group}/${input}/${found.partition}`, names));
    }
  }
  const { longestPauseMs, slowestRecoveryMs } = progress;
  return {
    verdict,
    longestPauseMs,
    slowestRecoveryMs,
    broken: instances.broken,
  };
}

/**
 * Whether there are records that a group has not taken yet.
 * @param {import('../../support/cluster.mjs').Cluster} cluster
 * @param {import('kafkajs').Kafka} kafka
 * @param {string} group
 * @param {string[]} topics
 */
async function hasWaiting({ addresses }, kafka, group, topics) {
  const positions = await positionsOf(kafka, group, topics);
  const records = await Promise.all(topics.map((topic) => readCommitted(addresses, topic)));
  return topics.some((topic, index) =>
    records[index]?.some(({ partition, offset }) => offset >= (positions.get(`${topic}/${partition}`) ?? -1)),
  );
}

/**
 * What readers of committed records see, once they see all events and no more than a second before, or have had
 * the time for it.
 * @param {import('../../support/cluster.mjs').Cluster} cluster
 * @param {{ input: string, output: string, dlq: string, retries: string[] }} topics
 * @param {{ events: number, signal: AbortSignal }} until
 */
async function readAll({ addresses }, { input, output, dlq, retries }, { events, signal }) {
  const began = Date.now();
  for (let before = -1; ;) {
    const read = await Promise.all(
      [input, output, dlq, ...retries].map((topic) => readCommitted(addresses, topic)),
    );
    const [arrived = [], processed = [], deadLettered = [], ...waited] = read;
    const ended = new Set([...processed, ...deadLettered].map(({ key }) => numberOf(key)));
    const isWhole = arrived.length >= events && ended.size >= events;
    const records = read.flat().length;
    const ms = Date.now() - began;
    if (before === records && (isWhole || ms > READABLE_MS)) {
      return { arrived, processed, deadLettered, waited: waited.flat(), seconds: (ms / 1_000).toFixed(1) };
    }
    before = records;
    await delay(1_000, undefined, { signal });
  }
}

/** @param {import('../../support/cluster.mjs').Cluster} cluster */
const connectTo = (cluster) =>
  new kafkajs.Kafka({
    brokers: cluster.addresses.split(','),
    clientId: 'chaos',
    requestTimeout: 3_000,
    logLevel: kafkajs.logLevel.NOTHING,
  });

/** @param {{ cluster: import('../../support/cluster.mjs').Cluster, run: Run, input: string, output: string, dlq: string, group: string, url: string, folder: string }} options */
function startable({ cluster, run, input, output, dlq, group, url, folder }) {
  mkdirSync(folder);
  const env = {
    BOOTSTRAP_SERVERS: cluster.clientAddresses,
    INPUT_TOPIC: input,
    OUTPUT_TOPIC: output,
    DLQ_TOPIC: dlq,
    CONSUMER_GROUP: group,
    KAFKA_CREATE_TOPICS: [input, output, dlq].map((topic) => `${topic}:${PARTITIONS}:${cluster.size}`).join(),
    SESSION_TIMEOUT: String(SESSION_TIMEOUT_MS),
    ...(run.seed % 2 === 1 && SMALL_BATCHES),
    HEARTBEAT_INTERVAL: '500',
    SOCKET_TIMEOUT: '5000',
    DELIVERY_GUARANTEE: run.guarantee,
    ADMIN_AUTH: 'none',
    ENRICHMENT_URL: url,
    ENRICHMENT_TIMEOUT: '1000',
    KAFKA_RETRY_LIMIT: '2',
    RETRY_DELAYS: RETRY_DELAYS.join(),
    CIRCUIT_TRIAL_AFTER: '1000',
  };
  return new Instances(env, folder, run.nodeOptions);
}

/**
 * What was to be written, with the partitions it arrived in.
 * @param {{ key: Buffer, value: Buffer, valid: boolean }[]} made
 * @param {import('./oracle.mjs').Found[]} arrived
 * @throws UserError when the input itself is not what it was to be: then nothing can be said
 */
export function expectedOf(made, arrived) {
  const partitions = new Map(arrived.map(({ key, partition }) => [numberOf(key), partition]));
  if (arrived.length !== made.length || partitions.size !== made.length) {
    throw new UserError(
      `the input has ${arrived.length} events, ${partitions.size} different, not ${made.length}`,
    );
  }
  return made.map((event, number) => ({ ...event, partition: partitions.get(number) ?? -1 }));
}

/**
 * Without an address an event is not looked up, and most are not, for the sake of speed.
 * @param {{ key: Buffer, value: Buffer, valid: boolean }[]} made
 */
function withFewAddresses(made) {
  return made.map((event, number) => {
    if (!event.valid || number % LOOKED_UP_EVERY === 1) return event;
    const value = JSON.parse(event.value.toString());
    delete value.ip;
    return { ...event, value: Buffer.from(JSON.stringify(value)) };
  });
}
