import { readFileSync } from 'node:fs';
import { isRunning, stop } from '../../../tools/lib/processes.mjs';

/**
 * It has neither ended nor logged an error, and ends when it is told to.
 * @param {import('../../../tools/lib/processes.mjs').Managed} app
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
