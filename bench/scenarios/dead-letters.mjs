import { drain } from '../lib/drain.mjs';
import { pidOf, startInstance, stopAll, untilJoined } from '../lib/instance.mjs';
import { residentMemoryMb } from '../lib/process-tree.mjs';
import { EXACTLY_ONCE } from '../lib/programs.mjs';
import { inRounds } from '../lib/rounds.mjs';
import { steady } from '../lib/steady.mjs';
import { ends, inputOf, withTopics } from '../lib/topics.mjs';
import { freePort, waitFor } from '../../tools/lib/processes.mjs';

const LIMIT_MS = 600_000;
/** So much of the events is read before the measuring begins. */
const WARM_UP_SHARE = 0.2;
const PARTITIONS = 4;
/** Not for longer than the index takes. */
const LOAD = { rate: 2_000, warmUpSeconds: 10, seconds: 20, partitions: PARTITIONS };

/**
 * An index of dead letters: how long it takes to build alone, and what it takes from a pipeline that drains a
 * backlog, or has a steady load, meanwhile. @type {import('./index.mjs').Run}
 */
export async function run(context) {
  const { events, signal } = context;
  // Real dead letters, from events that are all invalid.
  const invalid = await inputOf(context, { partitions: PARTITIONS, count: events, invalidRatio: 1 });
  const input = await inputOf(context, { partitions: PARTITIONS, count: 2 * events });
  const dlq = 'dlq-index';
  return withTopics(context, { topics: [dlq], partitions: PARTITIONS }, async (admin) => {
    await drain(context, { program: EXACTLY_ONCE, input: invalid, dlq });
    const index = {
      name: `index of ${events} dead letters, alone`,
      measure: () => alone(context, admin, dlq),
    };
    const cases = [
      { name: 'pipeline, exactly once', measure: () => drain(context, draining(dlq, false)) },
      { name: 'the same while the index is built', measure: () => drain(context, draining(dlq, true)) },
      { name: `pipeline, exactly once, ${LOAD.rate} events/s`, measure: () => loaded(dlq, false) },
      { name: 'the same load while the index is built', measure: () => loaded(dlq, true) },
    ];
    console.error(`${await ends(admin, dlq)} records in ${dlq}`);
    signal.throwIfAborted();
    // What follows adds to the dead letters.
    const before = await inRounds(context, [index], ({ measure }) => measure());
    return [...before, ...(await inRounds(context, cases, ({ measure }) => measure()))];
  });

  /** @param {string} topic @param {boolean} indexed @returns {import('../lib/drain.mjs').DrainOptions} */
  function draining(topic, indexed) {
    const port = freePort();
    return {
      program: open(port),
      input,
      warmUpEvents: WARM_UP_SHARE * input.count,
      dlq: topic,
      onStart: async () => indexed && (await ask(await port, signal)),
    };
  }

  /** @param {string} topic @param {boolean} indexed */
  function loaded(topic, indexed) {
    const port = freePort();
    return steady(context, open(port), LOAD, {
      dlq: topic,
      onMeasuring: async () => indexed && (await ask(await port, signal)),
      onMeasured: async () => {
        if (!indexed || (await ask(await port, signal)).state !== 'ready') return;
        console.error('The index was ready before the measuring was over: it takes more --events.');
      },
    });
  }
}

/** @param {Promise<number>} port @returns {import('../lib/programs.mjs').Program} */
const open = (port) => ({
  ...EXACTLY_ONCE,
  command: async (context) => {
    const command = await EXACTLY_ONCE.command(context);
    return { ...command, env: { ...command.env, ADMIN_AUTH: 'none', HTTP_PORT: String(await port) } };
  },
});

/** @param {import('../lib/context.mjs').Context} context @param {import('kafkajs').Admin} admin @param {string} dlq */
async function alone(context, admin, dlq) {
  const id = context.nextId();
  const work = { input: `in-${id}`, output: `out-${id}`, dlq, group: `group-${id}`, partitions: PARTITIONS };
  const port = freePort();
  /** @type {import('../lib/instance.mjs').Managed[]} */
  const started = [];
  return withTopics(context, { topics: [work.input, work.output], partitions: PARTITIONS }, async () => {
    try {
      started.push(await startInstance(context, open(port), work));
      await untilJoined(admin, work.group, started, { signal: context.signal });
      const pid = started[0] ? pidOf(started[0]) : 0;
      const before = residentMemoryMb(pid);
      const began = performance.now();
      const ready = async () => (await ask(await port, context.signal)).state === 'ready';
      await waitFor(ready, { what: 'the index is ready', timeoutMs: LIMIT_MS, signal: context.signal });
      const seconds = (performance.now() - began) / 1_000;
      return { seconds, startMb: before, riseMb: residentMemoryMb(pid) - before };
    } finally {
      await stopAll(started, context.signal);
    }
  });
}

/** The state of the index, which the first question begins to build. @param {number} port @param {AbortSignal} signal */
async function ask(port, signal) {
  const answer = await fetch(`http://127.0.0.1:${port}/admin/dead-letters?limit=1`, { signal });
  const { index } = /** @type {{ index: { state: string } }} */ (await answer.json());
  return index;
}
