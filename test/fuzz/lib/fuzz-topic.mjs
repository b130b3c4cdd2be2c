import { read, sum } from '../../../tools/lib/status.mjs';
import { isRunning, obituary, UserError, waitFor } from '../../../tools/lib/processes.mjs';
import { readCommitted } from '../../support/kcat.mjs';
import { Inputs } from './inputs.mjs';
import { judge } from './judge.mjs';
import { writeValues } from './write-values.mjs';

/** Without any value taken for so long, the consumer is stuck. */
const STUCK_MS = 90_000;
const EXCERPT = 300;
const TRIES = 3;

/**
 * Writes mutated values to the topic of a running consumer, and accounts for all of them.
 * @param {{
 *   brokers: string,
 *   topics: { input: string, output: string, dlq: string, partitions: number },
 *   consumer: import('../../../tools/lib/processes.mjs').Managed & { url: string },
 *   seed: number,
 *   values: number,
 *   checks: import('./checks.mjs').Checks,
 *   signal: AbortSignal,
 * }} options
 */
export async function fuzzTopic({ brokers, topics, consumer, seed, values, checks, signal }) {
  const inputs = new Inputs(seed);
  /** @type {import('./judge.mjs').Sent[]} */
  const sent = [];
  const make = function* () {
    for (let number = 0; number < values; number++) {
      const one = inputs.next();
      sent.push(one);
      yield one;
    }
  };
  await writeValues(brokers, topics.input, topics.partitions, make());
  await untilTaken(consumer, values, signal);

  const found = {
    input: await readCommitted(brokers, topics.input),
    processed: await readCommitted(brokers, topics.output),
    deadLettered: await readCommitted(brokers, topics.dlq),
  };
  console.log(
    `${values} values: ${found.processed.length} processed, ${found.deadLettered.length} dead letters`,
  );
  const { problems } = judge(sent, found);
  const named = {
    unsent: 'every value is in the input as it was made',
    lost: 'no value is lost',
    doubled: 'no value is doubled',
    misrouted: 'every value is in the topic where the rules want it',
    altered: 'keys, headers, dead letters and processed events are what they have to be',
    disordered: 'every partition keeps its order',
  };
  for (const [kind, what] of Object.entries(named)) {
    const wrong = problems[/** @type {keyof typeof problems} */ (kind)];
    checks.add(
      what,
      wrong.map(({ number, what }) => describe(number, what, sent[number])),
    );
  }
  const counted = await countOf(consumer);
  checks.that(
    'the metrics count every value once',
    counted === values,
    `they count ${counted} of ${values} values`,
  );
}

/** Events that came out. @param {import('../../../tools/lib/processes.mjs').Managed & { url: string }} consumer */
export const countOf = (consumer) =>
  countIn(consumer, 'kafka_messages_processed_total', ['result="success"', 'result="dlq"']);

/** Dead letters that went in again. @param {import('../../../tools/lib/processes.mjs').Managed & { url: string }} consumer */
export const replayedOf = (consumer) => countIn(consumer, 'pipeline_replays_total', ['outcome="replayed"']);

/**
 * @param {import('../../../tools/lib/processes.mjs').Managed & { url: string }} consumer
 * @param {string} name @param {string[]} labels
 */
async function countIn(consumer, name, labels) {
  // A connection that was idle while values were made or judged may be closed just when it is used again.
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    const text = await read(`${consumer.url}/metrics`);
    if (text) return labels.reduce((total, label) => total + sum(text, name, label), 0);
  }
  throw new UserError(`${consumer.name} does not answer; its log is ${consumer.log}`);
}

/**
 * Waits until the consumer has taken so many values, or is stuck.
 * @param {import('../../../tools/lib/processes.mjs').Managed & { url: string }} consumer
 * @param {number} values
 * @param {AbortSignal} signal
 */
export async function untilTaken(consumer, values, signal) {
  let [taken, grownAt] = [0, Date.now()];
  await waitFor(
    async () => {
      if (!isRunning(consumer)) throw new UserError(obituary(consumer));
      const now = await countOf(consumer);
      if (now > taken) [taken, grownAt] = [now, Date.now()];
      // Stuck or not, what is missing is named by the accounts.
      return taken >= values || Date.now() - grownAt > STUCK_MS;
    },
    { timeoutMs: 900_000, what: `${values} values`, signal },
  );
}

/** @param {number} number @param {string} what @param {import('./judge.mjs').Sent | undefined} one */
function describe(number, what, one) {
  const value = one?.value?.toString() ?? 'null';
  const text = JSON.stringify(value.length > EXCERPT ? `${value.slice(0, EXCERPT)}…` : value);
  return `${number} ${what} (${one?.made.join(', ') ?? ''}; ${one?.value?.length ?? 0} bytes): ${text}`;
}
