import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../../tools/lib/kafka.mjs';
import { freePort, isRunning, kill, stop } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';

/** Real brokers that can be killed, frozen and started again. */
export class Cluster {
  #dir = mkdtempSync(join(tmpdir(), 'login-event-chaos-'));
  /** @type {import('../../tools/lib/processes.mjs').Managed[]} */
  #brokers = [];
  /** @type {{ id: number, port: number, controllerPort: number }[]} */
  #nodes = [];
  #jars = '';
  #settings;

  /** @param {(node: { port: number }) => Record<string, string>} [settings] of a broker, on top of the usual ones */
  constructor(settings = () => ({})) {
    this.#settings = settings;
  }

  /** @param {number} size @param {AbortSignal} signal */
  async start(size, signal) {
    this.#jars = await kafkaJars(root, { signal });
    for (let id = 1; id <= size; id++) {
      this.#nodes.push({ id, port: await freePort(), controllerPort: await freePort() });
    }
    this.#nodes.forEach((_, index) => this.#launch(index));
    await Promise.all(this.#nodes.map((_, index) => this.#answers(index, signal)));
  }

  get size() {
    return this.#nodes.length;
  }

  get addresses() {
    return this.#nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  }

  /** @param {number} index @param {NodeJS.Signals} signal */
  async end(index, signal) {
    const broker = this.#brokers[index];
    if (!broker) return;
    kill(broker, signal);
    await broker.ended;
  }

  /** @param {number} index @param {'SIGSTOP' | 'SIGCONT'} signal */
  signal(index, signal) {
    const broker = this.#brokers[index];
    if (broker) kill(broker, signal);
  }

  /** @param {number} index @param {AbortSignal} signal */
  async restart(index, signal) {
    this.#launch(index);
    await this.#answers(index, signal);
  }

  async close() {
    await Promise.all(this.#brokers.map((broker) => stop(broker, 1_000)));
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** For the end of the process, where nothing can be waited for. */
  kill() {
    for (const broker of this.#brokers) if (isRunning(broker)) kill(broker, 'SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** @param {number} index */
  #launch(index) {
    const node = this.#nodes[index];
    if (!node) throw new RangeError(`there is no broker ${index}`);
    this.#brokers[index] = startBroker({
      jars: this.#jars,
      java: requireJava(),
      node,
      nodes: this.#nodes,
      dir: this.#dir,
      settings: this.#settings(node),
    });
  }

  /** @param {number} index @param {AbortSignal} signal */
  async #answers(index, signal) {
    const [broker, node] = [this.#brokers[index], this.#nodes[index]];
    if (broker && node) await brokerAnswers(broker, node.port, { signal });
  }
}
