import { setTimeout as delay } from 'node:timers/promises';
import { kill, obituary, stop, UserError } from './processes.mjs';

/** npm passes a Ctrl-C on to its child, which the terminal has told already: within this time it is the same. */
const SAME_SIGNAL_MS = 1_000;
/** Kafka takes its time to close its files; without it the next start takes longer. */
const GRACE_MS = 60_000;

/**
 * Keeps children running together: a signal stops them, last come first gone, and the process exits with 0;
 * when one of them ends by itself, the others are stopped and it exits with 1, as it does after a second signal.
 */
export class Supervisor {
  /** Each group is stopped at once, the groups one after the other. @type {import('./processes.mjs').Managed[][]} */
  #groups = [];
  #ending = new AbortController();
  #work = Promise.resolve();

  /** @param {string} names what a signal stops, in words */
  constructor(names) {
    this.names = names;
  }

  /** Aborted when everything is to end. */
  get signal() {
    return this.#ending.signal;
  }

  /** @param {import('./processes.mjs').Managed[]} children */
  add(...children) {
    this.#groups.unshift(children);
    for (const child of children) void child.ended.then(() => this.#onEnd(child));
  }

  /** @param {(signal: AbortSignal) => Promise<void>} work starts the children and may go on until the signal */
  run(work) {
    let first = 0;
    for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(name, () => {
        if (first > 0 && Date.now() - first > SAME_SIGNAL_MS) this.#abandon();
        first ||= Date.now();
        say(`\n${name}: stopping ${this.names} …`, this.signal);
        void this.#end(0);
      });
    }
    process.on('uncaughtException', (error) => this.#fail(error));
    // A closed pipe, as in `npm start | head`: nobody reads on.
    process.stdout.on('error', () => void this.#end(0));
    process.stderr.on('error', () => void this.#end(0));
    this.#work = work(this.signal);
    this.#work.catch((error) => this.#fail(error));
  }

  /** The work is done: stops what still runs, and exits with 0. */
  end() {
    // Not waited for: the work, which calls this, is waited for in there.
    void this.#end(0);
  }

  /** @param {import('./processes.mjs').Managed} child */
  #onEnd(child) {
    say(`\n${obituary(child)}`, this.signal);
    void this.#end(1);
  }

  /** @param {unknown} error */
  #fail(error) {
    say(error instanceof UserError ? error.message : error, this.signal);
    void this.#end(1);
  }

  /** @param {number} code */
  async #end(code) {
    if (this.signal.aborted) return;
    this.#ending.abort();
    await Promise.race([this.#work.catch(() => undefined), delay(5_000)]);
    for (const group of this.#groups) await Promise.all(group.map((child) => stop(child, GRACE_MS)));
    process.exit(code);
  }

  #abandon() {
    for (const child of this.#groups.flat()) kill(child, 'SIGKILL');
    process.exit(1);
  }
}

/**
 * Nothing more is said once everything is ending.
 * @param {unknown} message
 * @param {AbortSignal} signal
 */
function say(message, signal) {
  if (!signal.aborted) console.error(message);
}
