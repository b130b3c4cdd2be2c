import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { fillTopic } from '../../../tools/lib/fill-topic.mjs';
import { LoginGenerator, Random } from '../../../tools/lib/generator.mjs';
import { waitFor } from '../../../tools/lib/processes.mjs';
import { FAULTS } from './faults.mjs';
import { Instances } from '../../support/instances.mjs';
import { readCommitted } from '../../support/kcat.mjs';
import { judge, keyOf } from './oracle.mjs';
import { Progress } from './progress.mjs';

const PARTITIONS = 6;
const INVALID_RATIO = 0.05;
const SESSION_TIMEOUT_MS = 6_000;
/** To finish once the faults are over. */
const FINISH_MS = 600_000;

/**
 * @param {import('../../support/cluster.mjs').Cluster} cluster
 * @param {{ seed: number, events: number, faults: number, guarantee: string, nodeOptions: string[], logs: string }} run
 * @param {AbortSignal} signal
 */
export async function runSeed(cluster, { seed, events, faults, guarantee, nodeOptions, logs }, signal) {
  const id = `${seed}-${Date.now().toString(36)}`;
  const [input, output, dlq, group] = [`in-${id}`, `out-${id}`, `dlq-${id}`, `group-${id}`];
  const kafka = new kafkajs.Kafka({
    brokers: cluster.addresses.split(','),
    clientId: 'chaos',
    requestTimeout: 20_000,
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const generator = new LoginGenerator(seed, INVALID_RATIO);
  const now = new Date();
  const expected = Array.from({ length: events }, () => generator.next(now));
  await fillTopic(kafka, {
    topic: input,
    partitions: PARTITIONS,
    replication: cluster.size,
    messages: expected.map(({ value }, number) => ({ key: keyOf(number), value })),
  });

  const folder = join(logs, id);
  mkdirSync(folder);
  const env = {
    BOOTSTRAP_SERVERS: cluster.addresses,
    INPUT_TOPIC: input,
    OUTPUT_TOPIC: output,
    DLQ_TOPIC: dlq,
    CONSUMER_GROUP: group,
    KAFKA_CREATE_TOPICS: [input, output, dlq].map((topic) => `${topic}:${PARTITIONS}:${cluster.size}`).join(),
    SESSION_TIMEOUT: String(SESSION_TIMEOUT_MS),
    HEARTBEAT_INTERVAL: '500',
    SOCKET_TIMEOUT: '5000',
    DELIVERY_GUARANTEE: guarantee,
  };
  const instances = new Instances(env, folder, nodeOptions);
  const killAll = () => instances.killAll();
  process.once('exit', killAll);
  const progress = new Progress(kafka, group, input);
  /** @type {string[]} */
  let done;
  try {
    for (let index = 0; index < 3; index++) await instances.start();
    await waitFor(() => progress.committed > 0, { timeoutMs: FINISH_MS, what: 'the first commit', signal });
    progress.begin();
    done = await breakThings({ cluster, instances, seed, faults, signal });
    if (instances.count === 0) await instances.start();
    await waitFor(() => progress.committed >= events, {
      timeoutMs: FINISH_MS,
      what: `seed ${seed}: the end`,
      signal,
    });
    instances.noteDead();
    await Promise.all(instances.awake.map((one) => instances.leave(one)));
  } finally {
    await progress.stop();
    killAll();
    process.off('exit', killAll);
  }
  const processed = await readCommitted(cluster.addresses, output);
  const deadLettered = await readCommitted(cluster.addresses, dlq);
  return {
    verdict: judge(expected, { processed, deadLettered }),
    done,
    longestPauseMs: progress.longestPauseMs,
    broken: instances.broken,
  };
}

/** @param {{ cluster: import('../../support/cluster.mjs').Cluster, instances: Instances, seed: number, faults: number, signal: AbortSignal }} scene */
async function breakThings({ cluster, instances, seed, faults, signal }) {
  const random = new Random(seed);
  /** @type {Promise<unknown>[]} */
  const endings = [];
  /** @type {import('./faults.mjs').Scene} */
  const scene = {
    cluster,
    instances,
    random,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    signal,
    brokerIsDown: false,
    later: (work) => void endings.push(work),
  };
  /** @type {string[]} */
  const done = [];
  const began = Date.now();
  while (done.length < faults && !signal.aborted) {
    await delay(random.below(2_500), undefined, { signal });
    const what = await FAULTS[random.pick(Object.keys(FAULTS))]?.(scene);
    if (what === undefined) continue;
    done.push(what);
    console.error(`seed ${seed}, ${((Date.now() - began) / 1_000).toFixed(1)} s: ${what}`);
  }
  await Promise.all(endings);
  return done;
}
