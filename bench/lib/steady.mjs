import { Helper } from './helper.mjs';
import { pidOf, startInstance, stopAll, untilJoined } from './instance.mjs';
import { cpuSeconds } from './process-tree.mjs';
import { withTopics } from './topics.mjs';

const LIMIT_MS = 60_000;

/**
 * @typedef {{ rate: number, seconds: number, warmUpSeconds: number, partitions: number }} Load
 * @typedef {{
 *   dlq?: string,
 *   onMeasuring?: () => Promise<unknown>,
 *   onMeasured?: () => Promise<unknown>,
 * }} SteadyOptions `dlq`: a topic that is there already
 */

/**
 * Lets a program work under a steady load: how long events take from being made until they can be read as
 * committed, and what that costs the program and the broker. The broker's part includes the load and the reader,
 * the same for every program.
 * @param {import('./context.mjs').Context} context
 * @param {import('./programs.mjs').Program} program
 * @param {Load} load
 * @param {SteadyOptions} [options]
 * @returns {Promise<import('./results.mjs').Figures>}
 */
export function steady(context, program, { partitions, ...load }, options = {}) {
  const { brokers, brokerPid, signal } = context;
  const id = context.nextId();
  const own = { input: `in-${id}`, output: `out-${id}` };
  const { dlq = `dlq-${id}` } = options;
  const topics = { ...own, dlq };
  const expected = Math.round(load.rate * load.seconds);
  return withTopics(
    context,
    { topics: Object.values(options.dlq === undefined ? topics : own), partitions },
    async (admin) => {
      const group = `group-${id}`;
      const instance = await startInstance(context, program, { ...topics, group, partitions });
      const readers = {
        ...{ brokers, topics: [topics.output, topics.dlq], group: `reader-${id}`, expected },
        // What is there already is none of this load.
        fromBeginning: options.dlq === undefined,
      };
      const reader = new Helper('reader', readers);
      /** @type {Helper | undefined} */
      let generator;
      try {
        await untilJoined(admin, group, [instance], { members: program.members, signal });
        await reader.says('joined', { limitMs: LIMIT_MS, signal });
        generator = new Helper('load', { brokers, topic: topics.input, ...load });
        await generator.says('measuring', { limitMs: LIMIT_MS + load.warmUpSeconds * 1_000, signal });
        await options.onMeasuring?.();
        const cpu = () => ({ client: cpuSeconds(pidOf(instance)), broker: cpuSeconds(brokerPid) });
        const before = cpu();
        await generator.says('written', { limitMs: LIMIT_MS + load.seconds * 1_000, signal });
        const after = cpu();
        await options.onMeasured?.();
        const latency = /** @type {{ p50: number, p99: number }} */ (
          await reader.says('latency', { limitMs: LIMIT_MS, signal })
        );
        return {
          ...latency,
          cpuMicros: ((after.client - before.client) * 1e6) / expected,
          brokerMicros: ((after.broker - before.broker) * 1e6) / expected,
        };
      } finally {
        await Promise.all([generator?.stop(), reader.stop()]);
        await stopAll([instance], signal);
      }
    },
  );
}
