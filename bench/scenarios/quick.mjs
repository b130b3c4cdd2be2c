import { drain } from '../lib/drain.mjs';
import { EXACTLY_ONCE, KAFKAJS_LOOP } from '../lib/programs.mjs';
import { compareRatios, cpuRatio } from '../lib/cpu-ratio.mjs';
import { readResult } from '../lib/results.mjs';
import { inRounds } from '../lib/rounds.mjs';
import { inputOf } from '../lib/topics.mjs';

/** So much of so few events is spent on compiling. */
const WARM_UP_SHARE = 0.4;

/**
 * Whether the pipeline has become slower: its CPU per event over that of the kafkajs loop in the same run, which is
 * about the same on every machine, next to what was recorded. @type {import('./index.mjs').Run}
 */
export async function run(context) {
  const input = await inputOf(context, { partitions: 4, count: context.events });
  const rows = await inRounds(context, [EXACTLY_ONCE, KAFKAJS_LOOP], (program) =>
    drain(context, { program, input, warmUpEvents: WARM_UP_SHARE * input.count }),
  );
  if (context.recording) return rows;
  console.log(compareRatios(cpuRatio(rows), cpuRatio(readResult('quick')?.rows ?? [])));
  return rows;
}
