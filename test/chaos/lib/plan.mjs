/** More would only share the same few cores. */
const MOST_INSTANCES = 5;

/** At most one of these at a time. */
export const BREAK_BROKERS = new Set([
  'brokerKill',
  'brokerRestart',
  'brokerFreeze',
  'cutBroker',
  'leaderKill',
]);
/** Every kind of fault, see faults.mjs. @type {readonly string[]} */
export const KINDS = [
  'kill',
  'restart',
  'freeze',
  'join',
  'leave',
  'cutInstance',
  'moveLeaders',
  ...BREAK_BROKERS,
  'slowLookups',
  'failingLookups',
  'flakyLookups',
];

/**
 * `instance` is who suffers and `starts` the number of the one that joins; `ms` is how long the fault lasts.
 * @typedef {{ waitMs: number, kind: string, instance?: number, starts?: number, broker?: number, partition?: number, ms?: number }} Fault
 */

/**
 * All faults of a run, drawn before it begins: the same seed gives the same list, whatever the run does.
 * @param {import('../../../apps/producer/src/generator/random.js').Random} random
 * @param {{ faults: number, kinds: readonly string[], instances: number, brokers: number, partitions: number, sessionTimeoutMs: number }} options
 * @returns {Fault[]}
 */
export function planFaults(random, { faults, kinds, instances, brokers, partitions, sessionTimeoutMs }) {
  const running = Array.from({ length: instances }, (_, index) => index + 1);
  let started = instances;
  const between = (/** @type {number} */ from, /** @type {number} */ to) => from + random.below(to - from);
  const victim = () => random.pick(running);
  /** @param {number} instance */
  const ends = (instance) => running.splice(running.indexOf(instance), 1);
  const start = () => {
    running.push(++started);
    return started;
  };

  /** @type {Record<string, () => Omit<Fault, 'waitMs' | 'kind'> | undefined>} */
  const draw = {
    kill: replaced,
    restart: replaced,
    freeze: () => ({ instance: victim(), ms: sessionTimeoutMs + between(1_000, 4_000) }),
    join: () => (running.length < MOST_INSTANCES ? { starts: start() } : undefined),
    leave: () => {
      if (running.length < 2) return undefined;
      const instance = victim();
      ends(instance);
      return { instance };
    },
    cutInstance: () => ({ instance: victim(), ms: between(2_000, 12_000) }),
    brokerKill: () => ({ broker: 1 + random.below(brokers), ms: between(500, 4_500) }),
    brokerRestart: () => ({ broker: 1 + random.below(brokers), ms: between(500, 4_500) }),
    // The others take over from a silent broker after nine seconds.
    brokerFreeze: () => ({ broker: 1 + random.below(brokers), ms: between(2_000, 20_000) }),
    cutBroker: () => ({ broker: 1 + random.below(brokers), ms: between(2_000, 12_000) }),
    leaderKill: () => ({ partition: random.below(partitions), ms: between(500, 4_500) }),
    moveLeaders: () => ({ ms: between(4_000, 9_000) }),
    slowLookups: () => ({ ms: between(2_000, 8_000) }),
    failingLookups: () => ({ ms: between(2_000, 8_000) }),
    flakyLookups: () => ({ ms: between(4_000, 12_000) }),
  };
  function replaced() {
    const instance = victim();
    ends(instance);
    return { instance, starts: start() };
  }

  /** @type {Fault[]} */
  const plan = [];
  while (plan.length < faults) {
    const kind = random.pick(kinds);
    const how = draw[kind]?.();
    if (how) plan.push({ waitMs: random.below(2_500), kind, ...how });
  }
  return plan;
}

/** @param {Fault} fault */
export function describeFault({ kind, instance, starts, broker, partition, ms }) {
  return [
    kind,
    instance === undefined ? '' : ` instance ${instance}`,
    broker === undefined ? '' : ` broker ${broker}`,
    partition === undefined ? '' : ` of partition ${partition}`,
    ms === undefined ? '' : ` for ${ms} ms`,
    starts === undefined ? '' : `, instance ${starts} starts`,
  ].join('');
}
