import kafkajs from 'kafkajs';
import { fillTopic } from '../../../tools/lib/fill-topic.mjs';
import { kill, stop, waitFor } from '../../../tools/lib/processes.mjs';
import { startApp } from '../../support/start-app.mjs';
import { inputEvents } from './input.mjs';

const PARTITIONS = 6;
/** SHUTDOWN_TIMEOUT */
const LIMIT_MS = 10_000;
const START_MS = 120_000;

/** Events that wait, for one consumer after the other: each is of a new group, and begins at the first. */
export class Backlog {
  #groups = 0;

  /**
   * @param {string} brokers
   * @param {number} events
   * @param {kafkajs.Admin} admin
   */
  constructor(brokers, events, admin) {
    this.brokers = brokers;
    this.events = events;
    this.admin = admin;
  }

  /** @param {string} brokers @param {number} events */
  static async fill(brokers, events) {
    const kafka = new kafkajs.Kafka({ brokers: [brokers], logLevel: kafkajs.logLevel.NOTHING });
    const messages = inputEvents(1, events);
    await fillTopic(kafka, { topic: 'in', partitions: PARTITIONS, replication: 1, messages });
    const admin = kafka.admin();
    await admin.connect();
    return new Backlog(brokers, events, admin);
  }

  /**
   * SIGTERM to a consumer once it has committed more than `after` events.
   * @param {number} after
   * @param {string} log
   * @param {AbortSignal} signal
   * @returns {Promise<{ how: number | string | null, ms: number, left: number }>} exit code or signal, after how
   *   long, and how many events it has left
   */
  async stopAfter(after, log, signal) {
    const group = `group-${++this.#groups}`;
    const consumer = await startApp('consumer', { env: this.#env(group), log });
    const killIt = () => kill(consumer, 'SIGKILL');
    process.once('exit', killIt);
    try {
      // A broker that is asked too early has no offsets of any group yet.
      const isAtWork = () =>
        this.#committed(group).then(
          (events) => events > after,
          () => false,
        );
      await waitFor(isAtWork, { timeoutMs: START_MS, what: `the consumer is at work, see ${log}`, signal });
      const began = Date.now();
      await stop(consumer, LIMIT_MS);
      const ms = Date.now() - began;
      const { exitCode, signalCode } = consumer.child;
      return { how: signalCode ?? exitCode, ms, left: this.events - (await this.#committed(group)) };
    } finally {
      killIt();
      process.off('exit', killIt);
    }
  }

  close() {
    return this.admin.disconnect();
  }

  /** @param {string} group */
  #env(group) {
    return {
      BOOTSTRAP_SERVERS: this.brokers,
      INPUT_TOPIC: 'in',
      OUTPUT_TOPIC: 'out',
      DLQ_TOPIC: 'dlq',
      CONSUMER_GROUP: group,
      KAFKA_CREATE_TOPICS: `out:${PARTITIONS}:1,dlq:${PARTITIONS}:1`,
    };
  }

  /** @param {string} group */
  async #committed(group) {
    const [found] = await this.admin.fetchOffsets({ groupId: group, topics: ['in'] });
    return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  }
}
