import { setTimeout as delay } from 'node:timers/promises';
import { Helper } from '../lib/helper.mjs';
import { pidOf, startInstance, stopAll, untilJoined, untilOrEnded } from '../lib/instance.mjs';
import { withEnrichment } from '../lib/programs.mjs';
import { cpuSeconds, residentMemoryMb } from '../lib/process-tree.mjs';
import { inRounds } from '../lib/rounds.mjs';
import { committed, ends, inputOf, withTopics } from '../lib/topics.mjs';

const ANSWER_MS = 20;
const POOL_SIZES = [1, 10, 50];
const WARM_UP_MS = 8_000;
const MEASURED_MS = 20_000;
const DOWN_MS = 60_000;
const DOWN_POOL_SIZE = 50;
const LOOK_MS = 250;
const LIMIT_MS = 120_000;
/** More than any case gets through, each of them to be looked up. */
const INPUT = { partitions: 1, count: 400_000, invalidRatio: 0 };

/**
 * @typedef {{ poolSize: number, rate: () => Promise<number>, pid: number, server: Helper, admin: import('kafkajs').Admin, work: import('../lib/instance.mjs').Work, signal: AbortSignal }} Scene
 *   `rate`: events/s over the time that is measured
 */

/** One partition whose events are looked up by HTTP, at full speed and through an outage. @type {import('./index.mjs').Run} */
export async function run(context) {
  const speed = POOL_SIZES.map((poolSize) => ({
    name: `KAFKA_WORKER_POOL_SIZE=${poolSize}, answers in ${ANSWER_MS} ms`,
    poolSize,
    measure: throughput,
  }));
  const outage = {
    name: `the same with ${DOWN_POOL_SIZE}, its server down for ${DOWN_MS / 1_000} s`,
    poolSize: DOWN_POOL_SIZE,
    measure: throughOutage,
  };
  return inRounds(context, [...speed, outage], ({ poolSize, measure }) =>
    inScene(context, poolSize, measure),
  );
}

/**
 * @param {import('../lib/context.mjs').Context} context
 * @param {number} poolSize
 * @param {(scene: Scene) => Promise<import('../lib/results.mjs').Figures>} measure
 */
async function inScene(context, poolSize, measure) {
  const { signal } = context;
  const id = context.nextId();
  const input = await inputOf(context, INPUT);
  const work = {
    input: input.topic,
    output: `out-${id}`,
    dlq: `dlq-${id}`,
    group: `group-${id}`,
    partitions: 1,
  };
  const server = new Helper('lookup', { delayMs: ANSWER_MS });
  /** @type {import('../lib/instance.mjs').Managed[]} */
  const started = [];
  try {
    const url = String(await server.says('url', { limitMs: LIMIT_MS, signal }));
    return await withTopics(context, { topics: [work.output, work.dlq], partitions: 1 }, async (admin) => {
      const instance = await startInstance(context, withEnrichment(url, poolSize), work);
      started.push(instance);
      await untilJoined(admin, work.group, started, { signal });
      await untilOrEnded(started, async () => (await committed(admin, work.group, work.input)) > 0, {
        what: 'it is at work',
        timeoutMs: LIMIT_MS,
        signal,
      });
      await delay(WARM_UP_MS, undefined, { signal });
      const rate = () => rateOver(admin, work, MEASURED_MS, signal);
      return await measure({ poolSize, rate, pid: pidOf(instance), server, admin, work, signal });
    });
  } finally {
    await stopAll(started, signal);
    await server.stop();
  }
}

/** @param {Scene} scene */
async function throughput({ poolSize, rate, pid }) {
  const before = cpuSeconds(pid);
  const perSecond = await rate();
  const events = (perSecond * MEASURED_MS) / 1_000;
  return {
    perSecond,
    shareOfPossible: perSecond / possible(poolSize),
    cpuMicros: ((cpuSeconds(pid) - before) * 1e6) / events,
  };
}

/**
 * Memory goes up and down with the garbage of every batch, so that the most of a time is compared with the most of
 * another.
 * @param {Scene} scene
 */
async function throughOutage({ rate, pid, server, admin, work, signal }) {
  const atWork = rate();
  const startMb = await mostMemory(pid, atWork, signal);
  const perSecond = await atWork;
  server.tell('down');
  await server.says('down', { limitMs: LIMIT_MS, signal });
  const mostMb = await mostMemory(pid, delay(DOWN_MS, undefined, { signal }), signal);
  server.tell('up');
  await server.says('up', { limitMs: LIMIT_MS, signal });
  const backMs = await untilAtSpeed(admin, work, perSecond, signal);
  return {
    perSecond,
    startMb,
    riseMb: mostMb - startMb,
    deadLetters: await ends(admin, work.dlq),
    backSeconds: backMs / 1_000,
  };
}

/** Megabytes: the most that the process has had until `end`. @param {number} pid @param {Promise<unknown>} end @param {AbortSignal} signal */
async function mostMemory(pid, end, signal) {
  let isOver = false;
  const over = end.finally(() => (isOver = true));
  let mostMb = 0;
  while (!isOver) {
    mostMb = Math.max(mostMb, residentMemoryMb(pid));
    await delay(LOOK_MS, undefined, { signal });
  }
  await over;
  return mostMb;
}

/**
 * How long it takes from now until the speed is full again: the beginning of the first three seconds at nine tenths.
 * @param {import('kafkajs').Admin} admin
 * @param {import('../lib/instance.mjs').Work} work
 * @param {number} perSecond
 * @param {AbortSignal} signal
 */
async function untilAtSpeed(admin, work, perSecond, signal) {
  const began = performance.now();
  const looks = [{ at: began, events: await committed(admin, work.group, work.input) }];
  for (;;) {
    await delay(LOOK_MS, undefined, { signal });
    const now = { at: performance.now(), events: await committed(admin, work.group, work.input) };
    looks.push(now);
    const then = looks.findLast(({ at }) => now.at - at >= 3_000);
    if (then && ((now.events - then.events) * 1_000) / (now.at - then.at) >= 0.9 * perSecond)
      return then.at - began;
    if (now.at - began > LIMIT_MS) return Infinity;
  }
}

/**
 * Between two commits, so that no half of a transaction is counted for a whole.
 * @param {import('kafkajs').Admin} admin
 * @param {import('../lib/instance.mjs').Work} work
 * @param {number} ms
 * @param {AbortSignal} signal
 */
async function rateOver(admin, work, ms, signal) {
  const first = await nextCommit(admin, work, signal);
  await delay(ms, undefined, { signal });
  const last = await nextCommit(admin, work, signal);
  return ((last.events - first.events) * 1_000) / (last.at - first.at);
}

/** @param {import('kafkajs').Admin} admin @param {import('../lib/instance.mjs').Work} work @param {AbortSignal} signal */
async function nextCommit(admin, { group, input }, signal) {
  const before = await committed(admin, group, input);
  for (const end = Date.now() + LIMIT_MS; Date.now() < end;) {
    await delay(10, undefined, { signal });
    const events = await committed(admin, group, input);
    if (events > before) return { events, at: performance.now() };
  }
  throw new Error('nothing is committed any more');
}

/** Events/s that so many workers can do when each waits for every answer. @param {number} poolSize */
const possible = (poolSize) => poolSize / (ANSWER_MS / 1_000);
