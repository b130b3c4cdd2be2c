import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../tools/lib/processes.mjs';
import { Helper } from '../lib/helper.mjs';
import { pidOf, startInstance, stopAll, untilJoined } from '../lib/instance.mjs';
import { EXACTLY_ONCE } from '../lib/programs.mjs';
import { cpuSeconds, peakMemoryMb, residentMemoryMb } from '../lib/process-tree.mjs';
import { median, trend } from '../lib/statistics.mjs';
import { withTopics } from '../lib/topics.mjs';

const RATE = 20_000;
const SAMPLE_MS = 2_000;
const PARTITIONS = 4;
/** Keeps the disk from filling up. */
const SMALL = { 'segment.bytes': '67108864', 'retention.bytes': '268435456' };
const LIMIT_MS = 120_000;
const FEWEST_COLLECTIONS = 10;

/** With a line in its log for every collection. @type {import('../lib/programs.mjs').Program} */
const TRACED = {
  ...EXACTLY_ONCE,
  command: async (context) => {
    const command = await EXACTLY_ONCE.command(context);
    return { ...command, args: ['--trace-gc', ...command.args] };
  },
};
/** Milliseconds since the start, and MB of the heap that a full collection has left. */
const FULL_COLLECTION = / (\d+) ms: Mark-Compact .* -> ([\d.]+) \([\d.]+\) MB/g;

/** Memory over a long time under load; a fifth of the time is for warming up. @type {import('./index.mjs').Run} */
export async function run(context) {
  const { brokers, minutes, signal } = context;
  const id = context.nextId();
  const topics = { input: `in-${id}`, output: `out-${id}`, dlq: `dlq-${id}` };
  const load = { rate: RATE, warmUpSeconds: minutes * 12, seconds: minutes * 48 };
  const layout = { topics: Object.values(topics), partitions: PARTITIONS, settings: SMALL };
  const figures = await withTopics(context, layout, async (admin) => {
    const work = { ...topics, group: `group-${id}`, partitions: PARTITIONS };
    const instance = await startInstance(context, TRACED, work);
    /** @type {Helper | undefined} */
    let generator;
    try {
      await untilJoined(admin, work.group, [instance], { signal });
      console.error(`${minutes} minutes at ${RATE} events/s …`);
      generator = new Helper('load', { brokers, topic: topics.input, ...load });
      await generator.says('measuring', { limitMs: LIMIT_MS + load.warmUpSeconds * 1_000, signal });
      const before = cpuSeconds(pidOf(instance));
      const warmUps = fullCollections(instance.log).length;
      const written = generator.says('written', { limitMs: LIMIT_MS + load.seconds * 1_000, signal });
      const memory = await sampleUntil(written, pidOf(instance), signal);
      const { rise, noise } = trend(memory);
      const left = fullCollections(instance.log).slice(warmUps);
      if (left.length < FEWEST_COLLECTIONS)
        throw new UserError(`${left.length} full collections are too few for a line: it takes more minutes`);
      const heap = trend(
        left.map(({ mb }) => mb),
        left.map(({ ms }) => ms),
      );
      return {
        cpuMicros: ((cpuSeconds(pidOf(instance)) - before) * 1e6) / (RATE * load.seconds),
        peakMb: peakMemoryMb(pidOf(instance)),
        startMb: memory[0] ?? 0,
        riseMb: rise,
        noiseMb: noise,
        leftMb: median(left.map(({ mb }) => mb)),
        leftRiseMb: heap.rise,
        leftNoiseMb: heap.noise,
      };
    } finally {
      await generator?.stop();
      await stopAll([instance], signal);
    }
  });
  const one = Object.entries(figures).map(([figure, value]) => [figure, [value]]);
  return [{ name: `${minutes} minutes at ${RATE} events/s`, figures: Object.fromEntries(one) }];
}

/** @param {string} log */
const fullCollections = (log) =>
  [...readFileSync(log, 'utf8').matchAll(FULL_COLLECTION)].map(([, ms, mb]) => ({
    ms: Number(ms),
    mb: Number(mb),
  }));

/** @param {Promise<unknown>} end @param {number} pid @param {AbortSignal} signal */
async function sampleUntil(end, pid, signal) {
  const memory = [residentMemoryMb(pid)];
  let ended = false;
  const watched = end.then(() => (ended = true));
  while (!ended) {
    await Promise.race([watched, delay(SAMPLE_MS, undefined, { signal })]);
    memory.push(residentMemoryMb(pid));
  }
  return memory;
}
