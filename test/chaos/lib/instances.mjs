import { join } from 'node:path';
import { isRunning, kill, stop } from '../../../tools/lib/processes.mjs';
import { startApp } from '../../support/start-app.mjs';

/** One that takes longer than SHUTDOWN_TIMEOUT ends itself with exit code 1; the rest is for its start. */
const SHUTDOWN_MS = 10_000 + 30_000;
const ANSWER_MS = 5_000;

/** Processes of the built consumer, all of one group, with numbers as in the plan. */
export class Instances {
  /** @type {Map<number, import('../../../tools/lib/processes.mjs').Managed & { url: string }>} */
  #all = new Map();
  /** @type {Set<number>} */
  #frozen = new Set();
  /** Told to end, gently or not. @type {Set<number>} */
  #ending = new Set();
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

  /** The Kafka client id of all connections of an instance. @param {number} number */
  clientOf(number) {
    return `instance-${number}-consumer`;
  }

  /** Whether it was started and can be told something. @param {number} number */
  isAwake(number) {
    return this.#all.has(number) && !this.#frozen.has(number);
  }

  /** @param {number} number */
  async start(number) {
    const managed = await startApp('consumer', {
      name: `instance ${number}`,
      env: { ...this.env, PROJECT_NAME: `instance-${number}` },
      log: join(this.logs, `${number}.log`),
      nodeOptions: this.nodeOptions,
    });
    this.#all.set(number, managed);
  }

  /** @param {number} number */
  async kill(number) {
    this.#ending.add(number);
    this.#signal(number, 'SIGKILL');
    await this.#all.get(number)?.ended;
  }

  /** Asks it to end, and notes when that takes too long or fails. @param {number} number */
  async leave(number) {
    const one = this.#all.get(number);
    if (!one || !isRunning(one)) return;
    this.#ending.add(number);
    await stop(one, SHUTDOWN_MS);
    const { exitCode, signalCode } = one.child;
    if (exitCode !== 0)
      this.broken.push(`${one.name}: ${signalCode ?? `exit code ${exitCode}`} after SIGTERM`);
  }

  /** @param {number} number */
  freeze(number) {
    this.#frozen.add(number);
    this.#signal(number, 'SIGSTOP');
  }

  /** @param {number} number */
  thaw(number) {
    this.#signal(number, 'SIGCONT');
    this.#frozen.delete(number);
  }

  /** @param {number} number @param {NodeJS.Signals} signal */
  #signal(number, signal) {
    const one = this.#all.get(number);
    if (one && isRunning(one)) kill(one, signal);
  }

  /** Those that ended by themselves count as broken promises. */
  noteDead() {
    for (const [number, one] of this.#all) {
      if (!isRunning(one) && !this.#ending.has(number))
        this.broken.push(`${one.name} ended by itself, see ${one.log}`);
    }
  }

  /** What each that runs says of itself, for whoever asks why the end was not reached. */
  async describe() {
    const running = [...this.#all.values()].filter(isRunning);
    return Promise.all(running.map(async ({ name, url }) => `${name}: ${await sayingOf(url)}`));
  }

  /**
   * Whether the instances have all partitions of the topics, and nothing is left to do in them.
   * @param {readonly string[]} topics
   * @param {number} partitions of each
   */
  async areDone(topics, partitions) {
    const running = [...this.#all.values()].filter(isRunning);
    try {
      const statuses = await Promise.all(running.map(({ url }) => statusOf(url)));
      const found = statuses.flat().filter(({ topic }) => topics.includes(topic));
      const count = topics.length * partitions;
      return found.length === count && found.every(({ lagMessages }) => lagMessages === 0);
    } catch {
      return false;
    }
  }

  async leaveAll() {
    await Promise.all([...this.#all.keys()].map((number) => this.leave(number)));
  }

  killAll() {
    for (const number of this.#all.keys()) this.#signal(number, 'SIGKILL');
  }
}

/** @param {string} url */
async function sayingOf(url) {
  const answers = ['/health', '/health/live', '/admin/status'].map(async (path) => {
    const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    return `${path} ${response.status} ${await response.text()}`;
  });
  const settled = await Promise.allSettled(answers);
  return settled.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))).join(' ');
}

/** @param {string} url @returns {Promise<{ topic: string, lagMessages: number }[]>} */
async function statusOf(url) {
  const response = await fetch(`${url}/admin/status`, { signal: AbortSignal.timeout(ANSWER_MS) });
  const status = /** @type {{ transport: { partitions: { topic: string, lagMessages: number }[] } }} */ (
    await response.json()
  );
  return status.transport.partitions;
}
