import { drain } from '../lib/drain.mjs';
import {
  AT_LEAST_ONCE,
  BARE_LOOP,
  EXACTLY_ONCE,
  KAFKAJS_LOOP,
  kafkaStreams,
  PLAIN_NEST,
  STOCK_ENCODER,
} from '../lib/programs.mjs';
import { inRounds, warmUp } from '../lib/rounds.mjs';
import { inputOf } from '../lib/topics.mjs';

const PROGRAMS = [
  EXACTLY_ONCE,
  STOCK_ENCODER,
  AT_LEAST_ONCE,
  BARE_LOOP,
  KAFKAJS_LOOP,
  kafkaStreams({ threads: 1 }),
  kafkaStreams({ threads: 2 }),
  PLAIN_NEST,
];

/** All programs on the same events. @type {import('./index.mjs').Run} */
export async function run(context) {
  const input = await inputOf(context, { partitions: 4, count: context.events });
  await warmUp(context, [BARE_LOOP], (program) => drain(context, { program, input }));
  return inRounds(context, PROGRAMS, (program, round) =>
    drain(context, { program, input, verify: round === 1 }),
  );
}
