import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { readCommitted } from '../../support/kcat.mjs';
import { feedOn } from './feed.mjs';
import { endlessEvents } from './input.mjs';
import { Instances } from './instances.mjs';
import { createTopic, moveLeaders } from './kafka-admin.mjs';
import { judge } from './oracle.mjs';
import { expectedOf } from './run-seed.mjs';
import { Watch } from './watch.mjs';

const [INPUT, OUTPUT, DLQ, GROUP] = /** @type {const} */ (['in', 'out', 'dlq', 'group']);
const PARTITIONS = 6;
const RECOVERY_LIMIT_MS = 15_000;
const ABLE_LIMIT_MS = 120_000;
/**
 * A fault is some changes: the connection, the membership, the partitions that cannot be written and can again,
 * on two instances, and once more when the broker is back.
 */
const MOST_LINES = 60;

/**
 * @typedef {{ what: string, ms: number, lines: number, errors: number }} Row `ms` until processing went on
 */

/** Two instances on three brokers, a steady load, and one failure of Kafka after the other. */
export class ClusterFaults {
  /** What went against the promises. @type {string[]} */
  #broken = [];
  #kafka;
  #watch;
  #instances;
  #nodes;

  /**
   * @param {import('../../support/cluster.mjs').Cluster} cluster
   * @param {string} logs folder
   * @param {AbortSignal} signal
   * @param {(row: Row) => void} onRow
   */
  constructor(cluster, logs, signal, onRow) {
    this.cluster = cluster;
    this.logs = logs;
    this.signal = signal;
    this.onRow = onRow;
    this.#nodes = Array.from({ length: cluster.size }, (_, index) => index + 1);
    this.#kafka = new kafkajs.Kafka({
      brokers: cluster.addresses.split(','),
      clientId: 'cluster-faults',
      requestTimeout: 3_000,
      logLevel: kafkajs.logLevel.NOTHING,
    });
    this.#watch = new Watch(this.#kafka, GROUP, INPUT, [OUTPUT, DLQ]);
    this.#instances = new Instances(
      {
        BOOTSTRAP_SERVERS: cluster.clientAddresses,
        INPUT_TOPIC: INPUT,
        OUTPUT_TOPIC: OUTPUT,
        DLQ_TOPIC: DLQ,
        CONSUMER_GROUP: GROUP,
        KAFKA_CREATE_TOPICS: [INPUT, OUTPUT, DLQ]
          .map((topic) => `${topic}:${PARTITIONS}:${cluster.size}`)
          .join(),
      },
      logs,
    );
  }

  /** @param {{ rate: number, outage: number, moves: number }} pace both times in seconds */
  async run({ rate, outage, moves }) {
    process.once('exit', () => this.#instances.killAll());
    const made = /** @type {{ key: Buffer, value: Buffer, valid: boolean }[]} */ ([]);
    const stop = new AbortController();
    await createTopic(this.#kafka, INPUT, PARTITIONS, this.cluster.size);
    await this.#instances.start(1);
    const pace = { rate, signal: this.signal, stopped: stop.signal };
    const fed = feedOn(this.cluster.addresses, INPUT, kept(endlessEvents(1), made), pace);
    // Kafka's own topics come with the first commit.
    await this.#watch.recovery(ABLE_LIMIT_MS);
    await this.#instances.start(2);
    await this.#whole();
    await this.#watch.recovery(ABLE_LIMIT_MS);

    await this.#loseEach();
    await this.#during('all brokers are restarted, one after the other', () => this.#roll());
    await this.#during(`leaders move every second for ${moves} s`, () =>
      moveLeaders(this.#kafka, [INPUT, OUTPUT, DLQ], moves * 1_000, this.signal),
    );
    await this.#during(`all brokers are killed and away for ${outage} s`, () => this.#loseAll(outage));

    stop.abort();
    await fed;
    await this.#watch.recovery(ABLE_LIMIT_MS);
    this.#instances.noteDead();
    await this.#instances.leaveAll();
    return { ...(await this.#judge(made)), broken: [...this.#broken, ...this.#instances.broken] };
  }

  async #loseEach() {
    const { cluster, signal } = this;
    for (const node of this.#nodes) {
      const nodes = this.#nodes.filter((one) => one !== node);
      const kill = async () => {
        await cluster.end(node, 'SIGKILL');
        await this.#watch.untilAble({ nodes, replicas: nodes.length, timeoutMs: ABLE_LIMIT_MS });
      };
      await this.#during(`broker ${node} is killed`, kill, () => cluster.restart(node, signal));
    }
  }

  async #roll() {
    for (const node of this.#nodes) {
      await this.cluster.end(node, 'SIGTERM');
      await this.cluster.restart(node, this.signal);
      await this.#whole();
    }
  }

  /** @param {number} seconds */
  async #loseAll(seconds) {
    await Promise.all(this.#nodes.map((node) => this.cluster.end(node, 'SIGKILL')));
    await delay(seconds * 1_000, undefined, { signal: this.signal });
    await Promise.all(this.#nodes.map((node) => this.cluster.restart(node, this.signal)));
    // min.insync.replicas
    await this.#watch.untilAble({ nodes: this.#nodes, replicas: 2, timeoutMs: ABLE_LIMIT_MS });
  }

  #whole() {
    return this.#watch.untilAble({
      nodes: this.#nodes,
      replicas: this.#nodes.length,
      timeoutMs: ABLE_LIMIT_MS,
    });
  }

  /**
   * @param {string} what
   * @param {() => Promise<unknown>} fault resolves when the cluster is able to go on
   * @param {() => Promise<unknown>} [mend]
   */
  async #during(what, fault, mend) {
    const before = this.#countLines();
    await fault();
    const ms = await this.#watch.recovery(ABLE_LIMIT_MS);
    await mend?.();
    await this.#whole();
    await this.#watch.recovery(ABLE_LIMIT_MS);
    const after = this.#countLines();
    const [lines, errors] = [after.lines - before.lines, after.errors - before.errors];
    this.onRow({ what, ms, lines, errors });
    if (ms > RECOVERY_LIMIT_MS) this.#broken.push(`${what}: went on after ${ms} ms`);
    if (errors > 0) this.#broken.push(`${what}: ${errors} errors in the logs`);
    if (lines > MOST_LINES) this.#broken.push(`${what}: ${lines} lines in the logs`);
  }

  /** In the logs of all instances. */
  #countLines() {
    const lines = readdirSync(this.logs).flatMap((file) =>
      readFileSync(join(this.logs, file), 'utf8').split('\n'),
    );
    return { lines: lines.length, errors: lines.filter((line) => line.includes('"level":"error"')).length };
  }

  /** @param {{ key: Buffer, value: Buffer, valid: boolean }[]} made */
  async #judge(made) {
    const { addresses } = this.cluster;
    const [arrived = [], processed = [], deadLettered = []] = await Promise.all(
      [INPUT, OUTPUT, DLQ].map((topic) => readCommitted(addresses, topic)),
    );
    const verdict = judge(expectedOf(made, arrived), { processed, deadLettered });
    return { events: made.length, verdict };
  }
}

/**
 * @template T
 * @param {Generator<T, never>} items
 * @param {T[]} list that gets a copy of each
 * @returns {Generator<T, never>}
 */
function* kept(items, list) {
  for (;;) {
    const { value } = items.next();
    list.push(value);
    yield value;
  }
}
