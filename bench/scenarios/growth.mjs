// The pipeline against itself as the work grows.
import { drain } from '../lib/drain.mjs';
import { EXACTLY_ONCE } from '../lib/programs.mjs';
import { inRounds } from '../lib/rounds.mjs';
import { inputOf } from '../lib/topics.mjs';

/** A share of the events: compiled code and open connections are not what grows. */
const WARM_UP_SHARE = 0.1;

/**
 * @param {import('../lib/context.mjs').Context} context
 * @param {{ name: string, input: import('../lib/topics.mjs').InputOptions, instances?: number, warmUpEvents?: number }[]} cases
 */
const compare = (context, cases) =>
  inRounds(context, cases, async ({ input, instances = 1, warmUpEvents = WARM_UP_SHARE * input.count }) =>
    drain(context, {
      program: EXACTLY_ONCE,
      input: await inputOf(context, input),
      instances,
      warmUpEvents,
    }),
  );

/** @type {import('./index.mjs').Run} */
export const partitions = (context) =>
  compare(
    context,
    [4, 96].map((count) => ({
      name: `${count} partitions`,
      input: { partitions: count, count: context.events },
    })),
  );

/** What is compiled takes as many events in both. @type {import('./index.mjs').Run} */
export const backlog = (context) =>
  compare(
    context,
    [context.events / 2, context.events * 5].map((count) => ({
      name: `backlog of ${count} events`,
      input: { partitions: 4, count: Math.round(count) },
      warmUpEvents: WARM_UP_SHARE * context.events,
    })),
  );

/** As many bytes of each size. @type {import('./index.mjs').Run} */
export const sizes = (context) =>
  compare(
    context,
    [200, 2_000, 20_000].map((valueBytes) => ({
      name: `values of ${valueBytes} bytes`,
      input: { partitions: 4, count: Math.ceil((context.events * 200) / valueBytes), valueBytes },
    })),
  );

/** @type {import('./index.mjs').Run} */
export const invalid = (context) =>
  compare(
    context,
    [0.05, 0.5].map((invalidRatio) => ({
      name: `${invalidRatio * 100} % invalid`,
      input: { partitions: 4, count: context.events, invalidRatio },
    })),
  );

/** Two on the events of one, and on as many each as the one has. @type {import('./index.mjs').Run} */
export const instances = (context) =>
  compare(context, [
    { name: 'one instance', input: { partitions: 4, count: context.events } },
    { name: '2 instances', input: { partitions: 4, count: context.events }, instances: 2 },
    {
      name: '2 instances, twice the events',
      input: { partitions: 4, count: context.events * 2 },
      instances: 2,
    },
  ]);
