import { UserError } from '../../tools/lib/processes.mjs';
import { pidOf, startInstance, stopAll, untilJoined, untilOrEnded } from './instance.mjs';
import { cpuSeconds, peakMemoryMb } from './process-tree.mjs';
import { committed, ends, withTopics } from './topics.mjs';
import { verifyOutputs } from './verify.mjs';

const LIMIT_MS = 3_600_000;

/**
 * @typedef {{
 *   program: import('./programs.mjs').Program,
 *   input: import('./topics.mjs').Input,
 *   instances?: number,
 *   warmUpEvents?: number,
 *   verify?: boolean,
 *   dlq?: string,
 *   onStart?: () => Promise<unknown>,
 * }} DrainOptions `warmUpEvents`: so many events later the measuring begins; `verify` reads what was written;
 *   `dlq`: a topic that is there already; `onStart`: when all instances have joined
 */

/**
 * Lets one program drain the input, from the moment it has joined its group until everything is written.
 * @param {import('./context.mjs').Context} context
 * @param {DrainOptions} options
 * @returns {Promise<import('./results.mjs').Figures>}
 */
export function drain(context, options) {
  const { program, input, instances = 1, warmUpEvents = 0, verify = false } = options;
  const id = context.nextId();
  const [output, group] = [`out-${id}`, `group-${id}`];
  const { dlq = `dlq-${id}` } = options;
  const own = options.dlq === undefined ? [output, dlq] : [output];
  const { partitions, topic, count, bytes } = input;
  const { signal } = context;
  return withTopics(context, { topics: own, partitions }, async (admin) => {
    const former = options.dlq === undefined ? 0 : await ends(admin, dlq);
    const work = { input: topic, output, dlq, group, partitions };
    /** @type {import('./instance.mjs').Managed[]} */
    const started = [];
    const until = (/** @type {() => Promise<boolean>} */ condition, /** @type {string} */ what) =>
      untilOrEnded(started, condition, { what, timeoutMs: LIMIT_MS, signal });
    const cpu = () => started.reduce((sum, instance) => sum + cpuSeconds(pidOf(instance)), 0);
    try {
      for (let n = 0; n < instances; n++) started.push(await startInstance(context, program, work));
      await untilJoined(admin, group, started, { members: program.members, signal });
      await options.onStart?.();
      await until(async () => (await committed(admin, group, topic)) >= warmUpEvents, 'it is warm');
      const before = { at: performance.now(), cpu: cpu(), events: await committed(admin, group, topic) };
      await until(async () => (await committed(admin, group, topic)) >= count, 'the input is read');
      const written = async () => (await ends(admin, output)) + (await ends(admin, dlq)) - former;
      if (program.writes !== false) await until(async () => (await written()) >= count, 'all is written');
      const seconds = (performance.now() - before.at) / 1_000;
      const events = count - before.events;
      if (events <= 0) throw new UserError(`${program.name} was done before it could be measured`);
      const figures = {
        perSecond: events / seconds,
        cpuMicros: ((cpu() - before.cpu) * 1e6) / events,
        peakMb: started.reduce((sum, instance) => sum + peakMemoryMb(pidOf(instance)), 0),
        mbPerSecond: (bytes * (events / count)) / 1e6 / seconds,
      };
      if (verify) await verifyOutputs(context, admin, program, input, { output, dlq });
      return figures;
    } finally {
      await stopAll(started, signal);
    }
  });
}
