import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pinnedNode, root } from '../../tools/lib/workspace.mjs';
import { pidOf, startInstance, stopAll, untilOrEnded } from '../lib/instance.mjs';
import { cpuSeconds, peakMemoryMb } from '../lib/process-tree.mjs';
import { inRounds } from '../lib/rounds.mjs';
import { ends, withTopics } from '../lib/topics.mjs';

const RATE = 50_000;
const WARM_UP_EVENTS = RATE * 5;
const SECONDS = 20;
const LIMIT_MS = 120_000;

/** @type {import('../lib/programs.mjs').Program} */
const PRODUCER = {
  name: `producer at ${RATE} events/s`,
  command: () =>
    Promise.resolve({
      command: pinnedNode(),
      args: [join(root, 'apps', 'producer', 'dist', 'main.js')],
      env: { PRODUCER_RATE: String(RATE), PRODUCER_SEED: '42' },
    }),
};

/** @type {import('./index.mjs').Run} */
export const run = (context) => inRounds(context, [PRODUCER], (program) => produce(context, program));

/** @param {import('../lib/context.mjs').Context} context @param {import('../lib/programs.mjs').Program} program */
function produce(context, program) {
  const { signal } = context;
  const id = context.nextId();
  const work = {
    input: `in-${id}`,
    output: `out-${id}`,
    dlq: `dlq-${id}`,
    group: `group-${id}`,
    partitions: 4,
  };
  const topics = [work.input, work.output, work.dlq];
  return withTopics(context, { topics, partitions: work.partitions }, async (admin) => {
    const instance = await startInstance(context, program, work);
    const pid = pidOf(instance);
    const now = async () => ({
      events: await ends(admin, work.input),
      cpu: cpuSeconds(pid),
      at: performance.now(),
    });
    try {
      const warm = async () => (await ends(admin, work.input)) >= WARM_UP_EVENTS;
      await untilOrEnded([instance], warm, { what: 'it is warm', timeoutMs: LIMIT_MS, signal });
      const before = await now();
      await delay(SECONDS * 1_000, undefined, { signal });
      const after = await now();
      const events = after.events - before.events;
      return {
        perSecond: events / ((after.at - before.at) / 1_000),
        cpuMicros: ((after.cpu - before.cpu) * 1e6) / events,
        peakMb: peakMemoryMb(pid),
      };
    } finally {
      await stopAll([instance], signal);
    }
  });
}
