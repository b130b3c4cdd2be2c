import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

/** A mistake of the user or of the machine, to be shown without a stack. */
export class UserError extends Error {}

/**
 * A child in a process group of its own, its output in a file.
 * @typedef {{ name: string, child: import('node:child_process').ChildProcess, log: string, ended: Promise<unknown> }} Managed
 */

/**
 * @param {string} name
 * @param {string} command
 * @param {string[]} args
 * @param {{ log: string, env?: NodeJS.ProcessEnv, cwd?: string }} options
 * @returns {Managed}
 */
export function launch(name, command, args, { log, env = process.env, cwd }) {
  const out = openSync(log, 'w');
  const child = spawn(command, args, { stdio: ['ignore', out, out], detached: true, env, cwd });
  const ended = once(child, 'exit').catch(() => undefined);
  child.on('error', () => undefined);
  return { name, child, log, ended };
}

/** @param {Managed} managed */
export const isRunning = ({ child }) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

/**
 * Ends the whole process group, gently first.
 * @param {Managed} managed
 * @param {number} graceMs
 */
export async function stop(managed, graceMs = 15_000) {
  if (!isRunning(managed)) return;
  kill(managed, 'SIGTERM');
  const timer = setTimeout(() => kill(managed, 'SIGKILL'), graceMs);
  await managed.ended;
  clearTimeout(timer);
  kill(managed, 'SIGKILL');
}

/**
 * @param {Managed} managed
 * @param {NodeJS.Signals} signal
 */
function kill({ child }, signal) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** @param {string} file */
export const lastLines = (file, count = 15) =>
  readFileSync(file, 'utf8').trimEnd().split('\n').slice(-count).join('\n');

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string }} options
 */
export async function run(command, args, { cwd }) {
  const child = spawn(command, args, { stdio: 'inherit', cwd });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new UserError(`${command} ${args.join(' ')} failed`);
}

/**
 * @param {number} port
 * @param {string} what who needs it, and how to choose another
 */
export async function requireFreePort(port, what) {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    throw new UserError(`port ${port} is occupied: ${what}`);
  }
  server.close();
  await once(server, 'close');
}

export async function freePort() {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * Waits until the condition holds.
 * @param {() => Promise<boolean> | boolean} condition
 * @param {{ timeoutMs: number, what: string }} options
 */
export async function waitFor(condition, { timeoutMs, what }) {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new UserError(`${what}: not within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
