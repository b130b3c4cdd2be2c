import { EXACTLY_ONCE, kafkaStreams, lingering } from '../lib/programs.mjs';
import { inRounds, warmUp } from '../lib/rounds.mjs';
import { steady } from '../lib/steady.mjs';

const LOAD = { rate: 2_000, warmUpSeconds: 15, seconds: 25, partitions: 48 };
const LINGER_MS = 100;
const ATTEMPTS = 3;
/** Half of the transaction timeout of Kafka Streams, which refuses to start with more than all of it. */
const MAX_COMMIT_MS = 5_000;

/**
 * Light load over many partitions, each pipeline before a Kafka Streams tuned to the same p99.
 * @type {import('./index.mjs').Run}
 */
export async function run(context) {
  /** @type {import('../lib/results.mjs').Row[]} */
  const rows = [];
  await warmUp(context, [EXACTLY_ONCE, kafkaStreams()], (program) => steady(context, program, LOAD));
  for (const pipeline of [EXACTLY_ONCE, lingering(LINGER_MS)]) {
    const measured = await inRounds(context, [pipeline], (program) => steady(context, program, LOAD));
    const p99s = measured.flatMap(({ figures }) => figures.p99 ?? []);
    const commitMs = await commitIntervalFor(context, Math.max(...p99s));
    const streams = [kafkaStreams({ commitMs })];
    rows.push(
      ...measured,
      ...(await inRounds(context, streams, (program) => steady(context, program, LOAD))),
    );
  }
  return rows;
}

/**
 * The commit interval with which Kafka Streams comes nearest to a p99, which grows with it by about as much.
 * @param {import('../lib/context.mjs').Context} context
 * @param {number} p99
 */
async function commitIntervalFor(context, p99) {
  let commitMs = toCommitInterval(p99);
  let best = { commitMs, distance: Infinity };
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    console.error(`Tuning Kafka Streams to a p99 of ${p99.toFixed(0)} ms: commit interval ${commitMs} ms …`);
    const figures = await steady(context, kafkaStreams({ commitMs }), LOAD);
    const distance = p99 - (figures.p99 ?? 0);
    if (Math.abs(distance) < Math.abs(best.distance)) best = { commitMs, distance };
    commitMs = toCommitInterval(commitMs + distance);
  }
  return best.commitMs;
}

/** @param {number} ms */
const toCommitInterval = (ms) => Math.min(MAX_COMMIT_MS, Math.max(1, Math.round(ms)));
