import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../../tools/lib/kafka.mjs';
import { freePort, isRunning, kill, stop } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';
import { Network } from './network.mjs';

/**
 * Real brokers that can be killed, frozen and started again, numbered from 1. Clients come in by the network;
 * the brokers among themselves and the suite itself have a listener of their own.
 */
export class Cluster {
  network = new Network();
  #dir = mkdtempSync(join(tmpdir(), 'login-event-chaos-'));
  /** @type {Map<number, import('../../tools/lib/processes.mjs').Managed>} */
  #brokers = new Map();
  /** @type {(import('../../tools/lib/kafka.mjs').Node & { clientPort: number, doorPort: number })[]} */
  #nodes = [];
  #jars = '';
  #settings;

  /**
   * @param {(node: { id: number, port: number, clientPort: number }) => Record<string, string>} [settings] of a broker,
   *   on top of the usual ones
   */
  constructor(settings = () => ({})) {
    this.#settings = settings;
  }

  /** @param {number} size @param {AbortSignal} signal */
  async start(size, signal) {
    this.#jars = await kafkaJars(root, { signal });
    for (let id = 1; id <= size; id++) this.#nodes.push(await newNode(id));
    for (const { id } of this.#nodes) this.#launch(id);
    await Promise.all(this.#nodes.map(({ id }) => this.#answers(id, signal)));
  }

  get size() {
    return this.#nodes.length;
  }

  /** For the suite itself. */
  get addresses() {
    return this.#nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
  }

  /** For consumers. */
  get clientAddresses() {
    return this.#nodes.map(({ doorPort }) => `127.0.0.1:${doorPort}`).join(',');
  }

  /** Of Kafka's own tools. */
  get classpath() {
    return join(this.#jars, '*');
  }

  /** Where a broker has its partitions, each in a folder. @param {number} id */
  folderOf(id) {
    return join(this.#dir, `node-${id}`);
  }

  /** @param {number} id @param {NodeJS.Signals} signal */
  async end(id, signal) {
    const broker = this.#brokers.get(id);
    if (!broker) return;
    kill(broker, signal);
    await broker.ended;
    await this.network.close(id);
  }

  /** @param {number} id @param {'SIGSTOP' | 'SIGCONT'} signal */
  signal(id, signal) {
    const broker = this.#brokers.get(id);
    if (broker) kill(broker, signal);
  }

  /** @param {number} id @param {AbortSignal} signal */
  async restart(id, signal) {
    this.#launch(id);
    await this.#answers(id, signal);
  }

  async close() {
    await this.network.closeAll();
    await Promise.all([...this.#brokers.values()].map((broker) => stop(broker, 1_000)));
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** For the end of the process, where nothing can be waited for. */
  kill() {
    for (const broker of this.#brokers.values()) if (isRunning(broker)) kill(broker, 'SIGKILL');
    rmSync(this.#dir, { recursive: true, force: true });
  }

  /** @param {number} id */
  #node(id) {
    const node = this.#nodes[id - 1];
    if (!node) throw new RangeError(`there is no broker ${id}`);
    return node;
  }

  /** @param {number} id */
  #launch(id) {
    const [node, nodes] = [this.#node(id), this.#nodes];
    const settings = { ...listenersOf(node), ...this.#settings(node) };
    const options = { jars: this.#jars, java: requireJava(), node, nodes, dir: this.#dir, settings };
    const broker = startBroker(options);
    this.#brokers.set(id, broker);
  }

  /** @param {number} id @param {AbortSignal} signal */
  async #answers(id, signal) {
    const [broker, { port, clientPort, doorPort }] = [this.#brokers.get(id), this.#node(id)];
    if (broker) await brokerAnswers(broker, port, { signal });
    await this.network.open(id, doorPort, clientPort);
  }
}

/** @param {number} id */
async function newNode(id) {
  const [port, controllerPort] = [await freePort(), await freePort()];
  return { id, port, controllerPort, clientPort: await freePort(), doorPort: await freePort() };
}

/** @param {{ port: number, controllerPort: number, clientPort: number, doorPort: number }} node */
function listenersOf({ port, controllerPort, clientPort, doorPort }) {
  const at = (/** @type {number} */ number) => `127.0.0.1:${number}`;
  return {
    listeners: `PLAINTEXT://${at(port)},CONTROLLER://${at(controllerPort)},CLIENT://${at(clientPort)}`,
    'advertised.listeners': `PLAINTEXT://${at(port)},CLIENT://${at(doorPort)}`,
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,CLIENT:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    // Leaders go back to the first replica at once, so that reassigning replicas moves them.
    'leader.imbalance.check.interval.seconds': '1',
  };
}
