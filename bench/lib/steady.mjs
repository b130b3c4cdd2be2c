import { Helper } from './helper.mjs';
import { pidOf, startInstance, stopAll, untilJoined } from './instance.mjs';
import { cpuSeconds } from './process-tree.mjs';
import { withTopics } from './topics.mjs';

const LIMIT_MS = 60_000;

/** @typedef {{ rate: number, seconds: number, warmUpSeconds: number, partitions: number }} Load */

/**
 * Lets a program work under a steady load: how long events take from being made until they can be read as
 * committed, and what that costs the program and the broker. The broker's part includes the load and the reader,
 * the same for every program.
 * @param {import('./context.mjs').Context} context
 * @param {import('./programs.mjs').Program} program
 * @param {Load} load
 * @returns {Promise<import('./results.mjs').Figures>}
 */
export function steady(context, program, { partitions, ...load }) {
  const { brokers, brokerPid, signal } = context;
  const id = context.nextId();
  const topics = { input: `in-${id}`, output: `out-${id}`, dlq: `dlq-${id}` };
  const expected = Math.round(load.rate * load.seconds);
  return withTopics(context, { topics: Object.values(topics), partitions }, async (admin) => {
    const group = `group-${id}`;
    const instance = await startInstance(context, program, { ...topics, group, partitions });
    const readers = { brokers, topics: [topics.output, topics.dlq], group: `reader-${id}`, expected };
    const reader = new Helper('reader', readers);
    /** @type {Helper | undefined} */
    let generator;
    try {
      await untilJoined(admin, group, [instance], signal);
      await reader.says('joined', { limitMs: LIMIT_MS, signal });
      generator = new Helper('load', { brokers, topic: topics.input, ...load });
      await generator.says('measuring', { limitMs: LIMIT_MS + load.warmUpSeconds * 1_000, signal });
      const cpu = () => ({ client: cpuSeconds(pidOf(instance)), broker: cpuSeconds(brokerPid) });
      const before = cpu();
      await generator.says('written', { limitMs: LIMIT_MS + load.seconds * 1_000, signal });
      const after = cpu();
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
  });
}
