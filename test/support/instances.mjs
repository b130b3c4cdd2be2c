import { join } from 'node:path';
import { freePort, isRunning, kill, launch, stop } from '../../tools/lib/processes.mjs';
import { pinnedNode, root } from '../../tools/lib/workspace.mjs';

/** README: a shutdown takes at most this long (SHUTDOWN_TIMEOUT). The rest is for a busy machine. */
const SHUTDOWN_MS = 10_000 + 2_000;

/**
 * A process of a built app, with an environment of its own and a free port.
 * @param {'consumer' | 'producer'} app
 * @param {{ name?: string, env: Record<string, string>, log: string, nodeOptions?: string[] }} options
 * @returns {Promise<import('../../tools/lib/processes.mjs').Managed & { url: string }>}
 */
export async function startApp(app, { name = app, env, log, nodeOptions = [] }) {
  const port = String(await freePort());
  const file = join(root, 'apps', app, 'dist', 'main.js');
  const managed = launch(name, pinnedNode(), [...nodeOptions, file], {
    log,
    env: { PATH: process.env.PATH, ...env, HTTP_PORT: port },
  });
  return { ...managed, url: `http://127.0.0.1:${port}` };
}

/** Processes of the built consumer, all of one group. */
export class Instances {
  /** @type {import('../../tools/lib/processes.mjs').Managed[]} */
  #running = [];
  /** @type {Set<import('../../tools/lib/processes.mjs').Managed>} */
  #frozen = new Set();
  /** Told to end, gently or not. @type {Set<import('../../tools/lib/processes.mjs').Managed>} */
  #ending = new Set();
  #started = 0;
  /** What went against the promises. @type {string[]} */
  broken = [];

  /**
   * @param {Record<string, string>} env
   * @param {string} logs folder
   * @param {string[]} [nodeOptions]
   */
  constructor(env, logs, nodeOptions = []) {
    this.env = env;
    this.logs = logs;
    this.nodeOptions = nodeOptions;
  }

  /** Those that neither end nor stand still. */
  get awake() {
    return this.#running.filter((one) => isRunning(one) && !this.#frozen.has(one) && !this.#ending.has(one));
  }

  get count() {
    return this.#running.filter(isRunning).length;
  }

  async start() {
    const name = `consumer ${++this.#started}`;
    const log = join(this.logs, `${this.#started}.log`);
    const { env, nodeOptions } = this;
    const managed = await startApp('consumer', { name, env, log, nodeOptions });
    this.#running.push(managed);
    return managed;
  }

  /** @param {import('../../tools/lib/processes.mjs').Managed} one */
  async kill(one) {
    this.#ending.add(one);
    kill(one, 'SIGKILL');
    await one.ended;
  }

  /** Asks it to end, and notes when that takes too long or fails. @param {import('../../tools/lib/processes.mjs').Managed} one */
  async leave(one) {
    this.#ending.add(one);
    await stop(one, SHUTDOWN_MS);
    const { exitCode, signalCode } = one.child;
    if (exitCode !== 0)
      this.broken.push(`${one.name}: ${signalCode ?? `exit code ${exitCode}`} after SIGTERM`);
  }

  /** @param {import('../../tools/lib/processes.mjs').Managed} one */
  freeze(one) {
    this.#frozen.add(one);
    kill(one, 'SIGSTOP');
  }

  /** @param {import('../../tools/lib/processes.mjs').Managed} one */
  thaw(one) {
    kill(one, 'SIGCONT');
    this.#frozen.delete(one);
  }

  /** Those that ended by themselves count as broken promises. */
  noteDead() {
    for (const one of this.#running) {
      if (!isRunning(one) && !this.#ending.has(one))
        this.broken.push(`${one.name} ended by itself, see ${one.log}`);
    }
  }

  killAll() {
    for (const one of this.#running) if (isRunning(one)) kill(one, 'SIGKILL');
  }
}
