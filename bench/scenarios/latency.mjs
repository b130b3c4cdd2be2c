import { AT_LEAST_ONCE, EXACTLY_ONCE, KAFKAJS_LOOP, kafkaStreams } from '../lib/programs.mjs';
import { inRounds, warmUp } from '../lib/rounds.mjs';
import { steady } from '../lib/steady.mjs';

const LOAD = { rate: 2_000, warmUpSeconds: 15, seconds: 25, partitions: 4 };

/** From the making of an event to its output being readable. @type {import('./index.mjs').Run} */
export async function run(context) {
  const programs = [
    EXACTLY_ONCE,
    AT_LEAST_ONCE,
    kafkaStreams(),
    kafkaStreams({ commitMs: 10 }),
    KAFKAJS_LOOP,
  ];
  // Three times exactly once: the requests of transactions are so few that the broker compiles late what they need.
  const kinds = [EXACTLY_ONCE, EXACTLY_ONCE, EXACTLY_ONCE, AT_LEAST_ONCE, kafkaStreams()];
  await warmUp(context, kinds, (program) => steady(context, program, LOAD));
  return inRounds(context, programs, (program) => steady(context, program, LOAD));
}
