import { setTimeout as delay } from 'node:timers/promises';

/** More would only share the same two cores. */
const MOST_INSTANCES = 5;

/**
 * What a fault may do. `later` is for what ends a fault; it is waited for at the end of the run.
 * @typedef {{
 *   cluster: import('../../support/cluster.mjs').Cluster,
 *   instances: import('../../support/instances.mjs').Instances,
 *   random: { below(below: number): number, pick<T>(choices: readonly T[]): T },
 *   sessionTimeoutMs: number,
 *   signal: AbortSignal,
 *   brokerIsDown: boolean,
 *   later(work: Promise<unknown>): void,
 * }} Scene
 *
 * Each returns what it did, in words, or undefined when it is not possible at the moment.
 * @type {Record<string, (scene: Scene) => Promise<string | undefined> | string | undefined>}
 */
export const FAULTS = {
  /** SIGKILL, and another one in its place. */
  async kill(scene) {
    const victim = pickInstance(scene);
    if (!victim) return undefined;
    await scene.instances.kill(victim);
    await scene.instances.start();
    return `kill -9 ${victim.name}`;
  },

  /** SIGTERM, and another one in its place. */
  async restart(scene) {
    const victim = pickInstance(scene);
    if (!victim) return undefined;
    scene.later(scene.instances.leave(victim));
    await scene.instances.start();
    return `SIGTERM ${victim.name}`;
  },

  /** Frozen for longer than its session lasts: it wakes up as a zombie. */
  freeze(scene) {
    const { instances, random, sessionTimeoutMs } = scene;
    if (instances.awake.length < 2) return undefined;
    const victim = random.pick(instances.awake);
    const ms = sessionTimeoutMs + 1_000 + random.below(3_000);
    instances.freeze(victim);
    scene.later(delay(ms).then(() => instances.thaw(victim)));
    return `freeze ${victim.name} for ${ms} ms`;
  },

  async join({ instances }) {
    if (instances.count >= MOST_INSTANCES) return undefined;
    return `${(await instances.start()).name} joins`;
  },

  leave(scene) {
    if (scene.instances.awake.length < 2) return undefined;
    const victim = pickInstance(scene);
    if (!victim) return undefined;
    scene.later(scene.instances.leave(victim));
    return `${victim.name} leaves`;
  },

  /** The leader of some partitions, and maybe a coordinator, is gone at once. */
  brokerKill: (scene) => breakBroker(scene, 'SIGKILL'),

  /** A controlled shutdown moves the leaders away first. */
  brokerRestart: (scene) => breakBroker(scene, 'SIGTERM'),

  /** Its connections stay open and nothing answers, as behind a network that drops packets. */
  brokerFreeze(scene) {
    const { cluster, random } = scene;
    if (scene.brokerIsDown) return undefined;
    const index = random.below(cluster.size);
    const ms = 2_000 + random.below(10_000);
    scene.brokerIsDown = true;
    cluster.signal(index, 'SIGSTOP');
    scene.later(
      delay(ms).then(() => {
        cluster.signal(index, 'SIGCONT');
        scene.brokerIsDown = false;
      }),
    );
    return `freeze broker ${index + 1} for ${ms} ms`;
  },
};

/** @param {Scene} scene */
const pickInstance = ({ instances, random }) =>
  instances.awake.length === 0 ? undefined : random.pick(instances.awake);

/** One broker at a time: the cluster promises no more. @param {Scene} scene @param {'SIGKILL' | 'SIGTERM'} how */
function breakBroker(scene, how) {
  const { cluster, random, signal } = scene;
  if (scene.brokerIsDown) return undefined;
  const index = random.below(cluster.size);
  const ms = 500 + random.below(4_000);
  scene.brokerIsDown = true;
  scene.later(
    cluster
      .end(index, how)
      .then(() => delay(ms))
      .then(() => cluster.restart(index, signal))
      .finally(() => (scene.brokerIsDown = false)),
  );
  return `${how} broker ${index + 1}, back after ${ms} ms`;
}
