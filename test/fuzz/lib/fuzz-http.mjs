import { join } from 'node:path';
import { kill, waitFor } from '../../../tools/lib/processes.mjs';
import { read } from '../../../tools/lib/status.mjs';
import { startApp } from '../../support/start-app.mjs';
import { checkEnd } from './check-end.mjs';
import { countOf, replayedOf, untilTaken } from './fuzz-topic.mjs';
import { Inputs } from './inputs.mjs';
import { installSchemathesis, schemathesis } from './schemathesis.mjs';
import { settingsOf, topicsOf } from './topics.mjs';
import { writeValues } from './write-values.mjs';

/** @typedef {import('../../../tools/lib/processes.mjs').Managed & { url: string }} App */

const START_LIMIT_MS = 120_000;
/** To take what a producer has written that was told to write as fast as it can. */
const CATCH_UP_MS = 300_000;
/**
 * About half of them become dead letters, of every kind. Requests that walk, count or export all of them cost the
 * more the more there are, and show no more.
 */
const VALUES = 2_000;
const EXAMPLES = 25;
/** What is not let in is answered before it is looked at. */
const EXAMPLES_AT_THE_DOOR = 5;

/**
 * Sends hostile requests to a consumer with hostile dead letters and a producer, both with an open /admin, and to two
 * with a closed one; then sees that the first two still work.
 * @param {{
 *   brokers: string,
 *   env: Record<string, string>,
 *   logs: string,
 *   seed: number,
 *   checks: import('./checks.mjs').Checks,
 *   signal: AbortSignal,
 * }} options
 */
export async function fuzzHttp({ brokers, env, logs, seed, checks, signal }) {
  const command = await installSchemathesis(signal);
  /** @param {'open' | 'closed'} kind @param {'consumer' | 'producer'} app */
  const start = async (kind, app) => {
    const name = `${kind} ${app}`;
    const access = { ADMIN_AUTH: kind === 'open' ? 'none' : 'token' };
    const started = await startApp(app, {
      name,
      env: { ...env, ...access, ...settingsOf(topicsOf(kind)) },
      log: join(logs, `${name}.log`),
    });
    process.once('exit', () => kill(started, 'SIGKILL'));
    return started;
  };
  const ready = (/** @type {App[]} */ ...apps) =>
    waitFor(async () => (await Promise.all(apps.map(isReady))).every(Boolean), {
      timeoutMs: START_LIMIT_MS,
      what: apps.map(({ name }) => name).join(', '),
      signal,
    });
  const consumer = await start('open', 'consumer');
  await ready(consumer);
  await feed(brokers, consumer, seed, signal);
  const producer = await start('open', 'producer');
  const closed = [await start('closed', 'consumer'), await start('closed', 'producer')];
  await ready(producer, ...closed);

  /** @param {App} app @param {number} examples */
  const test = async ({ name, url }, examples) => {
    const log = join(logs, `requests to the ${name}.log`);
    checks.add(
      `the ${name} answers as /openapi.json says`,
      await schemathesis(command, { url, examples, seed, log, signal }),
    );
  };
  // Until its index is built, what asks for dead letters is told to wait.
  await waitFor(() => hasIndex(consumer), {
    timeoutMs: START_LIMIT_MS,
    what: 'the index of dead letters',
    signal,
  });
  await Promise.all([test(consumer, EXAMPLES), ...closed.map((app) => test(app, EXAMPLES_AT_THE_DOOR))]);
  // Alone, and so for less long: it is told to write a million events a second.
  await test(producer, EXAMPLES);
  await checkFlow({ consumer, producer, checks, signal });
  for (const app of [producer, ...closed, consumer]) await checkEnd(app, checks);
}

/** @param {App} app */
const isReady = async ({ url }) => (await read(`${url}/health`)) !== undefined;

/** @param {string} brokers @param {App} consumer @param {number} seed @param {AbortSignal} signal */
async function feed(brokers, consumer, seed, signal) {
  const inputs = new Inputs(seed);
  const { input, partitions } = topicsOf('open');
  await writeValues(
    brokers,
    input,
    partitions,
    Array.from({ length: VALUES }, () => inputs.next()),
  );
  await untilTaken(consumer, VALUES, signal);
}

/** @param {App} app */
async function hasIndex({ url }) {
  const response = await fetch(`${url}/admin/dead-letters`);
  const { index } = /** @type {{ index?: { state: string } }} */ (await response.json());
  return index?.state === 'ready';
}

/**
 * Whatever the requests have paused, events flow when they are told to, and all of them arrive.
 * @param {{ consumer: App, producer: App, checks: import('./checks.mjs').Checks, signal: AbortSignal }} scene
 */
async function checkFlow({ consumer, producer, checks, signal }) {
  await command('PUT', `${producer.url}/admin/rate`, { rate: 100 });
  for (const scope of ['instance', 'group']) await command('POST', `${consumer.url}/admin/resume`, { scope });
  await command('DELETE', `${consumer.url}/admin/log-level`);
  const { sent } = await command('POST', `${producer.url}/admin/resume`);
  const flows = async () => (await statusOf(producer)).sent > sent + 100;
  await waitFor(flows, { timeoutMs: START_LIMIT_MS, what: 'events of the producer', signal });
  await command('POST', `${producer.url}/admin/pause`);
  const arrivals = async () => (await countOf(consumer)) - (await replayedOf(consumer)) - VALUES;
  const all = async () => (await arrivals()) === (await statusOf(producer)).sent;
  const arrived = waitFor(all, { timeoutMs: CATCH_UP_MS, what: 'the events of the producer', signal });
  checks.add(
    'after that events flow, and all of them arrive',
    await arrived.then(
      () => [],
      (error) => [String(error)],
    ),
  );
}

/** @param {App} producer */
const statusOf = ({ url }) => command('GET', `${url}/admin/status`);

/** @param {string} method @param {string} url @param {object} [body] @returns {Promise<{ sent: number }>} */
async function command(method, url, body) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, body ? { method, headers, body: JSON.stringify(body) } : { method });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}`);
  return /** @type {Promise<{ sent: number }>} */ (response.json());
}
