import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../../../tools/lib/processes.mjs';
import { leaderOf, moveLeaders } from './kafka-admin.mjs';
import { BREAK_BROKERS } from './plan.mjs';

/**
 * @typedef {import('./plan.mjs').Fault} Fault
 * @typedef {{
 *   cluster: import('../../support/cluster.mjs').Cluster,
 *   lookups: import('../../support/ill-server.mjs').IllServer,
 *   instances: import('./instances.mjs').Instances,
 *   kafka: import('kafkajs').Kafka,
 *   topics: { input: string, all: string[] },
 *   signal: AbortSignal,
 * }} Scene
 */

/**
 * Each does what its name in the plan says, and resolves once that is over.
 * @type {Record<string, (scene: Scene, fault: Fault) => Promise<unknown>>}
 */
const FAULTS = {
  /** SIGKILL, and another one in its place. */
  async kill({ instances }, { instance = 0, starts = 0 }) {
    await instances.kill(instance);
    await instances.start(starts);
  },

  /** SIGTERM, and another one in its place. */
  async restart({ instances }, { instance = 0, starts = 0 }) {
    await Promise.all([instances.leave(instance), instances.start(starts)]);
  },

  /** Frozen for longer than its session lasts: it wakes up as a zombie. */
  async freeze({ instances, signal }, { instance = 0, ms }) {
    instances.freeze(instance);
    await delay(ms, undefined, { signal });
    instances.thaw(instance);
  },

  join: ({ instances }, { starts = 0 }) => instances.start(starts),

  leave: ({ instances }, { instance = 0 }) => instances.leave(instance),

  /** It works on, and reaches nobody. */
  async cutInstance({ cluster, instances, signal }, { instance = 0, ms }) {
    const heal = cluster.network.cut({ client: instances.clientOf(instance) });
    await delay(ms, undefined, { signal }).finally(heal);
  },

  /** Its leaders and coordinators are gone at once. */
  brokerKill: (scene, fault) => breakBroker(scene, fault, 'SIGKILL'),

  /** A controlled shutdown moves the leaders away first. */
  brokerRestart: (scene, fault) => breakBroker(scene, fault, 'SIGTERM'),

  /** Its connections stay open and nothing answers. */
  async brokerFreeze({ cluster, signal }, { broker = 0, ms }) {
    cluster.signal(broker, 'SIGSTOP');
    await delay(ms, undefined, { signal });
    cluster.signal(broker, 'SIGCONT');
  },

  /** Alive for the other brokers, which therefore leave it its leaders; out of reach for every consumer. */
  async cutBroker({ cluster, signal }, { broker = 0, ms }) {
    const heal = cluster.network.cut({ broker });
    await delay(ms, undefined, { signal }).finally(heal);
  },

  async leaderKill(scene, fault) {
    const broker = await leaderOf(scene.kafka, scene.topics.input, fault.partition ?? 0);
    await breakBroker(scene, { ...fault, broker }, 'SIGKILL');
  },

  /** Later than anybody waits for. */
  slowLookups: (scene, fault) => troubleLookups(scene, fault, 'slow'),

  failingLookups: (scene, fault) => troubleLookups(scene, fault, 'status:503'),

  /** Too few fail for a circuit to open: they go through the retry topics. */
  flakyLookups: (scene, fault) => troubleLookups(scene, fault, 'flaky:40'),

  moveLeaders: ({ kafka, topics, signal }, { ms = 0 }) => moveLeaders(kafka, topics.all, ms, signal),
};

/**
 * Does all faults of the plan, each after its wait and beside those that still go on. A broker's fault waits for
 * the one before, because the cluster promises to stand only one; an instance's, until that instance is awake.
 * @param {Scene} scene
 * @param {Fault[]} plan
 * @param {import('./progress.mjs').Progress} progress
 * @param {(fault: Fault) => void} onFault
 */
export async function doFaults(scene, plan, progress, onFault) {
  const { instances, signal } = scene;
  /** @type {Promise<unknown>[]} */
  const all = [];
  /** @type {Promise<unknown>} */
  let broker = Promise.resolve();
  for (const fault of plan) {
    await delay(fault.waitMs, undefined, { signal });
    const { kind, instance } = fault;
    const what = `instance ${instance} is awake`;
    if (instance) await waitFor(() => instances.isAwake(instance), { timeoutMs: 60_000, what, signal });
    const breaksBroker = BREAK_BROKERS.has(kind);
    if (breaksBroker) await broker;
    onFault(fault);
    const over = progress.during(Promise.resolve(FAULTS[kind]?.(scene, fault)));
    all.push(over);
    if (breaksBroker) broker = over;
  }
  await Promise.all(all);
}

/** The last one that began decides. @param {Scene} scene @param {Fault} fault @param {import('../../support/ill-server.mjs').Mode} mode */
async function troubleLookups({ lookups, signal }, { ms }, mode) {
  lookups.mode = mode;
  await delay(ms, undefined, { signal });
  if (lookups.mode === mode) lookups.mode = 'ok';
}

/** @param {Scene} scene @param {Fault} fault @param {'SIGKILL' | 'SIGTERM'} how */
async function breakBroker({ cluster, signal }, { broker = 0, ms }, how) {
  await cluster.end(broker, how);
  await delay(ms, undefined, { signal });
  await cluster.restart(broker, signal);
}
