import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../tools/lib/processes.mjs';
import { pinnedNode, root } from '../../tools/lib/workspace.mjs';

/** @typedef {{ promise: Promise<unknown>, resolve: (content: unknown) => void }} Message */

/** A process of the benchmark beside what is measured, that is given its options and sends messages. */
export class Helper {
  /** @type {Map<string, Message>} by what the message is about */
  #messages = new Map();
  #child;
  #ended;

  /** @param {'load' | 'reader' | 'count' | 'lookup'} name @param {object} options */
  constructor(name, options) {
    this.name = name;
    const file = join(root, 'bench', 'processes', `${name}.mjs`);
    this.#child = fork(file, [JSON.stringify(options)], {
      execPath: pinnedNode(),
      // Stock kafkajs sets timers for the past.
      execArgv: ['--no-warnings'],
    });
    this.#ended = once(this.#child, 'exit');
    this.#child.on('message', (/** @type {{ about: string, content: unknown }} */ { about, content }) =>
      this.#message(about).resolve(content),
    );
  }

  /** What it says about something. @param {string} about @param {{ limitMs: number, signal: AbortSignal }} options */
  async says(about, { limitMs, signal }) {
    const over = new AbortController();
    const either = { signal: AbortSignal.any([signal, over.signal]) };
    try {
      return await Promise.race([
        this.#message(about).promise,
        this.#ended.then(() => this.#fail(`ended before "${about}"`)),
        delay(limitMs, undefined, either).then(() => this.#fail(`no "${about}" within ${limitMs / 1_000} s`)),
      ]);
    } finally {
      over.abort();
    }
  }

  /** @param {string} message */
  tell(message) {
    this.#messages.delete(message);
    this.#child.send(message);
  }

  async stop() {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** @param {string} about */
  #message(about) {
    const message = this.#messages.get(about) ?? expected();
    this.#messages.set(about, message);
    return message;
  }

  /** @param {string} what @returns {never} */
  #fail(what) {
    throw new UserError(`the ${this.name} of the benchmark: ${what}`);
  }
}

/** Promise.withResolvers, which Node.js 20 does not have. @returns {Message} */
function expected() {
  /** @type {Message['resolve']} */
  let resolve = () => {};
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}
