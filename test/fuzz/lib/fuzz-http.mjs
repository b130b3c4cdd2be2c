import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning, kill, stop, waitFor } from '../../../tools/lib/processes.mjs';
import { read } from '../../../tools/lib/status.mjs';
import { startApp } from '../../support/start-app.mjs';
import { countOf, replayedOf } from './fuzz-topic.mjs';
import { installSchemathesis, schemathesis } from './schemathesis.mjs';
import { settingsOf, topicsOf } from './topics.mjs';

/** @typedef {import('../../../tools/lib/processes.mjs').Managed & { url: string }} App */

const START_LIMIT_MS = 120_000;
/** To take what a producer has written that was told to write as fast as it can. */
const CATCH_UP_MS = 300_000;

/**
 * Sends hostile requests to a consumer and a producer with an open /admin, and to two with a closed one; then
 * sees that the first two still work.
 * @param {{
 *   consumer: App,
 *   env: Record<string, string>,
 *   logs: string,
 *   seed: number,
 *   checks: import('./checks.mjs').Checks,
 *   signal: AbortSignal,
 * }} options
 */
export async function fuzzHttp({ consumer, env, logs, seed, checks, signal }) {
  const command = await installSchemathesis(signal);
  const closedEnv = { ...env, ADMIN_AUTH: 'token', ...settingsOf(topicsOf('closed')) };
  /** @param {'consumer' | 'producer'} app @param {Record<string, string>} env */
  const start = async (app, env) => {
    const name = env === closedEnv ? `closed ${app}` : app;
    const started = await startApp(app, { name, env, log: join(logs, `${name}.log`) });
    process.once('exit', () => kill(started, 'SIGKILL'));
    return started;
  };
  const before = await countOf(consumer);
  const producer = await start('producer', env);
  const closed = [await start('consumer', closedEnv), await start('producer', closedEnv)];
  const apps = [consumer, producer, ...closed];
  await waitFor(async () => (await Promise.all(apps.map(isReady))).every(Boolean), {
    timeoutMs: START_LIMIT_MS,
    what: 'consumers and producers',
    signal,
  });

  /** @param {App} app */
  const test = async ({ name, url }) => {
    const log = join(logs, `requests to the ${name}.log`);
    checks.add(
      `the ${name} answers as /openapi.json says`,
      await schemathesis(command, { url, seed, log, signal }),
    );
  };
  // Until its index is built, what asks for dead letters is told to wait.
  await waitFor(() => hasIndex(consumer), {
    timeoutMs: START_LIMIT_MS,
    what: 'the index of dead letters',
    signal,
  });
  await Promise.all([consumer, ...closed].map(test));
  // Alone, and so for less long: it is told to write a million events a second.
  await test(producer);
  await checkFlow({ consumer, producer, before, checks, signal });
  for (const app of [producer, ...closed]) await checkEnd(app, checks);
}

/** @param {App} app */
const isReady = async ({ url }) => (await read(`${url}/health`)) !== undefined;

/** @param {App} app */
async function hasIndex({ url }) {
  const response = await fetch(`${url}/admin/dead-letters`);
  const { index } = /** @type {{ index?: { state: string } }} */ (await response.json());
  return index?.state === 'ready';
}

/**
 * Whatever the requests have paused, events flow when they are told to, and all of them arrive.
 * @param {{ consumer: App, producer: App, before: number, checks: import('./checks.mjs').Checks, signal: AbortSignal }} scene
 */
async function checkFlow({ consumer, producer, before, checks, signal }) {
  await command('PUT', `${producer.url}/admin/rate`, { rate: 100 });
  for (const scope of ['instance', 'group']) await command('POST', `${consumer.url}/admin/resume`, { scope });
  await command('DELETE', `${consumer.url}/admin/log-level`);
  const { sent } = await command('POST', `${producer.url}/admin/resume`);
  const flows = async () => (await statusOf(producer)).sent > sent + 100;
  await waitFor(flows, { timeoutMs: START_LIMIT_MS, what: 'events of the producer', signal });
  await command('POST', `${producer.url}/admin/pause`);
  const arrivals = async () => (await countOf(consumer)) - (await replayedOf(consumer)) - before;
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

/**
 * It has neither ended nor logged an error, and ends when it is told to.
 * @param {App} app
 * @param {import('./checks.mjs').Checks} checks
 */
export async function checkEnd(app, checks) {
  const running = isRunning(app);
  await stop(app);
  const { exitCode } = app.child;
  checks.that(
    `the ${app.name} runs until it is told to end`,
    running && exitCode === 0,
    `exit code ${exitCode ?? 'none'}, its log is ${app.log}`,
  );
  checks.add(`the ${app.name} logs no error`, errorsIn(app.log));
}

/** @param {string} log lines of JSON, but for what Node.js itself may have to say */
const errorsIn = (log) =>
  readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^\{"level":"(?:debug|info|warn)"/.test(line));
