import { UserError } from '../../tools/lib/processes.mjs';
import { drain } from '../lib/drain.mjs';
import { EXACTLY_ONCE, KAFKAJS_LOOP } from '../lib/programs.mjs';
import { readResult } from '../lib/results.mjs';
import { inRounds } from '../lib/rounds.mjs';
import { inputOf } from '../lib/topics.mjs';

/** So much of so few events is spent on compiling. */
const WARM_UP = 0.4;
/** How much worse than recorded the ratio may be. */
const TOLERANCE = 1.25;

/**
 * Whether the pipeline has become slower: its CPU per event over that of the kafkajs loop in the same run, which is
 * about the same on every machine, next to what was recorded. @type {import('./index.mjs').Run}
 */
export async function run(context) {
  const input = await inputOf(context, { partitions: 4, count: context.events });
  const rows = await inRounds(context, [EXACTLY_ONCE, KAFKAJS_LOOP], (program) =>
    drain(context, { program, input, warmUp: WARM_UP }),
  );
  if (!context.recording) compare(ratioOf(rows), ratioOf(readResult('quick')?.rows ?? []));
  return rows;
}

/**
 * Of the best round of each: what else the machine does makes rounds worse, and nothing makes one better.
 * @param {import('../lib/results.mjs').Row[]} rows
 */
function ratioOf(rows) {
  const [pipeline = NaN, loop = NaN] = rows.map(({ figures }) => Math.min(...(figures.cpuMicros ?? [NaN])));
  return pipeline / loop;
}

/** @param {number} now @param {number} recorded @throws UserError */
function compare(now, recorded) {
  if (Number.isNaN(recorded)) throw new UserError('Nothing is recorded to compare with: add --record');
  const said = `CPU per event: ${now.toFixed(2)} times the kafkajs loop's; recorded ${recorded.toFixed(2)} times`;
  if (now > recorded * TOLERANCE) throw new UserError(`${said}. That is worse by more than 25 %.`);
  console.log(said);
}
