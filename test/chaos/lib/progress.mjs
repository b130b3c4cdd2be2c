import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 250;

/** Follows the group's committed offsets, and notes the longest time without progress. */
export class Progress {
  #stopped = new AbortController();
  #grownAt = Date.now();
  committed = 0;
  longestPauseMs = 0;

  /** @param {import('kafkajs').Kafka} kafka @param {string} groupId @param {string} topic */
  constructor(kafka, groupId, topic) {
    this.kafka = kafka;
    this.groupId = groupId;
    this.topic = topic;
    this.done = this.#run();
  }

  /** Counts no longer from the start of the instances, but from now. */
  begin() {
    this.#grownAt = Date.now();
    this.longestPauseMs = 0;
  }

  async stop() {
    this.#stopped.abort();
    await this.done;
  }

  async #run() {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const admin = this.kafka.admin({ retry: { retries: 0 } });
      try {
        await admin.connect();
        while (!signal.aborted) {
          await this.#look(admin);
          await delay(INTERVAL_MS);
        }
      } catch {
        // A broker is away; the next look may find another.
        await delay(INTERVAL_MS);
      }
      await admin.disconnect().catch(() => undefined);
    }
  }

  /** @param {import('kafkajs').Admin} admin */
  async #look(admin) {
    const [found] = await admin.fetchOffsets({ groupId: this.groupId, topics: [this.topic] });
    const sum = (found?.partitions ?? []).reduce(
      (total, { offset }) => total + Math.max(0, Number(offset)),
      0,
    );
    if (sum <= this.committed) return;
    this.longestPauseMs = Math.max(this.longestPauseMs, Date.now() - this.#grownAt);
    this.#grownAt = Date.now();
    this.committed = sum;
  }
}
