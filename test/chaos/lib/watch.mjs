import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../../tools/lib/processes.mjs';

const INTERVAL_MS = 100;

/** Asks the brokers about a group and its topic, over new connections whenever one fails. */
export class Watch {
  /**
   * @param {import('kafkajs').Kafka} kafka
   * @param {string} groupId
   * @param {string} topic that the group reads
   * @param {string[]} outputs that it writes
   */
  constructor(kafka, groupId, topic, outputs) {
    this.kafka = kafka;
    this.groupId = groupId;
    this.topic = topic;
    this.topics = [topic, ...outputs];
  }

  /**
   * Waits until every partition of these topics and of Kafka's own ones has a leader that runs, and `replicas` in sync.
   * @param {{ nodes: number[], replicas: number, timeoutMs: number }} wanted `nodes` that run
   */
  async untilAble({ nodes, replicas, timeoutMs }) {
    const topics = [...this.topics, '__consumer_offsets', '__transaction_state'];
    await this.#until(timeoutMs, 'the cluster is able', async (admin) => {
      const metadata = await admin.fetchTopicMetadata({ topics });
      const partitions = metadata.topics.flatMap((topic) => topic.partitions);
      return partitions.every(({ leader, isr }) => nodes.includes(leader) && isr.length >= replicas);
    });
  }

  /** Milliseconds until the group has committed all that is in the topic now. @param {number} timeoutMs */
  async recovery(timeoutMs) {
    const began = Date.now();
    /** @type {Map<number, bigint> | undefined} */
    let ends;
    await this.#until(timeoutMs, 'the group has caught up', async (admin) => {
      ends ??= new Map(
        (await admin.fetchTopicOffsets(this.topic)).map(({ partition, high }) => [partition, BigInt(high)]),
      );
      const [found] = await admin.fetchOffsets({ groupId: this.groupId, topics: [this.topic] });
      const committed = new Map(
        found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]),
      );
      return [...ends].every(([partition, end]) => (committed.get(partition) ?? -1n) >= end);
    });
    return Date.now() - began;
  }

  /**
   * @param {number} timeoutMs
   * @param {string} what
   * @param {(admin: import('kafkajs').Admin) => Promise<boolean>} condition
   */
  async #until(timeoutMs, what, condition) {
    const end = Date.now() + timeoutMs;
    while (Date.now() < end) {
      const admin = this.kafka.admin({ retry: { retries: 0 } });
      try {
        await admin.connect();
        while (Date.now() < end) {
          if (await condition(admin)) return;
          await delay(INTERVAL_MS);
        }
      } catch {
        await delay(INTERVAL_MS);
      } finally {
        await admin.disconnect().catch(() => undefined);
      }
    }
    throw new UserError(`${what}: not within ${timeoutMs / 1_000} s`);
  }
}
