import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const LINES_SHOWN = 15;

/** A mistake of the user or of the machine, to be shown without a stack. */
export class UserError extends Error {}

/**
 * A child in a process group of its own, its output in a file.
 * @typedef {{
 *   name: string,
 *   child: import('node:child_process').ChildProcess,
 *   log: string,
 *   ended: Promise<unknown>,
 * }} Managed
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
  closeSync(out);
  return { name, child, log, ended: untilEnded(child) };
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<unknown>} never rejected */
const untilEnded = (child) => once(child, 'exit').catch(() => undefined);

/** @param {Pick<Managed, 'child'>} managed */
export const isRunning = ({ child }) =>
  child.pid !== undefined && child.exitCode === null && child.signalCode === null;

/**
 * Ends the whole process group, gently first.
 * @param {Pick<Managed, 'child' | 'ended'>} managed
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
 * Sends a signal to the whole process group.
 * @param {Pick<Managed, 'child'>} managed
 * @param {NodeJS.Signals} signal
 */
export function kill({ child }, signal) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

/** What to say of a child that ended when it should not. @param {Managed} managed */
export function obituary({ name, child: { exitCode, signalCode }, log }) {
  const how = signalCode ?? (exitCode === null ? 'it could not be started' : `exit code ${exitCode}`);
  const tail = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-LINES_SHOWN).join('\n');
  return `${name} ended by itself (${how}). The end of its log, ${log}:\n${tail}`;
}

/**
 * Runs a command to its end, its output on this terminal.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd: string, signal?: AbortSignal | undefined, quiet?: boolean }} options `signal` ends it with its whole group;
 *   `quiet` keeps its standard output back
 * @returns {Promise<void>} @throws UserError when it fails
 */
export async function run(command, args, { cwd, signal, quiet = false }) {
  signal?.throwIfAborted();
  const stdio = /** @type {const} */ (['ignore', quiet ? 'ignore' : 'inherit', 'inherit']);
  const child = spawn(command, args, { stdio: [...stdio], cwd, detached: true });
  const ended = untilEnded(child);
  const abort = () => void stop({ child, ended }, 3_000);
  signal?.addEventListener('abort', abort);
  await ended;
  signal?.removeEventListener('abort', abort);
  signal?.throwIfAborted();
  if (child.exitCode !== 0) throw new UserError(`this command failed: ${[command, ...args].join(' ')}`);
}

/** Above what services use, and below what Linux gives to outgoing connections, which could take it meanwhile. */
const FIRST_PORT = 15_000;
export const LAST_PORT = 32_767;
/** By this process; it may take seconds until they are listened on. @type {Set<number>} */
const handedOut = new Set();

/** @returns {Promise<number>} a port on the loopback address that nobody listens on, never one twice */
export async function freePort() {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT + 1);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) return port;
  }
}

/** @param {number} port on the loopback address */
export async function isFree(port) {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

/**
 * Waits until the condition holds.
 * @param {() => Promise<boolean> | boolean} condition
 * @param {{ timeoutMs: number, what: string, signal?: AbortSignal | undefined }} options
 * @throws UserError when it does not in time
 */
export async function waitFor(condition, { timeoutMs, what, signal }) {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    signal?.throwIfAborted();
    if (Date.now() > end) throw new UserError(`${what}: not within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
