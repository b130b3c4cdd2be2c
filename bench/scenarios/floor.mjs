import { drain } from '../lib/drain.mjs';
import { BARE_LOOP, CONSUMING, EXACTLY_ONCE, PARSING } from '../lib/programs.mjs';
import { inRounds, warmUp } from '../lib/rounds.mjs';
import { inputOf } from '../lib/topics.mjs';

/** How far the pipeline is from what its driver and JSON take. @type {import('./index.mjs').Run} */
export async function run(context) {
  const input = await inputOf(context, { partitions: 4, count: context.events });
  const measure = (/** @type {import('../lib/programs.mjs').Program} */ program) =>
    drain(context, { program, input });
  await warmUp(context, [BARE_LOOP], measure);
  return inRounds(context, [CONSUMING, PARSING, BARE_LOOP, EXACTLY_ONCE], measure);
}
