import { setTimeout as delay } from 'node:timers/promises';

const INTERVAL_MS = 250;
/** kafkajs has calls that never end when a broker dies in an unlucky moment. */
const LOOK_LIMIT_MS = 10_000;

/** Follows the group's committed offsets and the ends of the input, and notes for how long nothing moved. */
export class Progress {
  #stopped = new AbortController();
  #done;
  #faults = 0;
  /** When the last fault was over; Infinity during faults. */
  #ableSince = 0;
  #lookedAt = Date.now();
  #pausedMs = 0;
  /** By partition. @type {Map<number, { offset: number, end: number, stoodMs: number }>} */
  #partitions = new Map();
  committed = 0;
  /** Of all partitions together, with events waiting. */
  longestPauseMs = 0;
  /** Of any one partition, with events waiting, while no fault went on. */
  slowestRecoveryMs = 0;

  /** @param {import('kafkajs').Kafka} kafka @param {string} groupId @param {string} topic */
  constructor(kafka, groupId, topic) {
    this.kafka = kafka;
    this.groupId = groupId;
    this.topic = topic;
    this.#done = this.#run();
  }

  /** Counts no longer from the start of the instances, but from now. */
  begin() {
    this.longestPauseMs = this.slowestRecoveryMs = this.#pausedMs = 0;
    for (const partition of this.#partitions.values()) partition.stoodMs = 0;
  }

  /** What stands still during a fault is the fault's. @param {Promise<unknown>} fault */
  async during(fault) {
    this.#faults++;
    this.#ableSince = Infinity;
    await fault;
    this.#faults--;
    if (this.#faults === 0) this.#ableSince = Date.now();
  }

  /** Where each partition stands, for whoever asks why the end was not reached. */
  describe() {
    const age = ((Date.now() - this.#lookedAt) / 1_000).toFixed(1);
    const offsets = [...this.#partitions].map(
      ([partition, { offset, end }]) => `${partition}: ${offset} of ${end}`,
    );
    return `committed ${offsets.join(', ')}, seen ${age} s ago`;
  }

  async stop() {
    this.#stopped.abort();
    await this.#done;
  }

  async #run() {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const admin = this.kafka.admin({ retry: { retries: 0 } });
      try {
        await inTime(admin.connect());
        while (!signal.aborted) {
          await inTime(this.#look(admin));
          await delay(INTERVAL_MS);
        }
      } catch {
        // A broker is away; the next look may find another.
        await delay(INTERVAL_MS);
      }
      await inTime(admin.disconnect()).catch(() => undefined);
    }
  }

  /** @param {import('kafkajs').Admin} admin */
  async #look(admin) {
    const { groupId, topic } = this;
    const [ends, [group]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ]);
    const now = Date.now();
    const passedMs = now - this.#lookedAt;
    const ableMs = Math.max(0, Math.min(passedMs, now - this.#ableSince));
    this.#lookedAt = now;
    let [moved, waiting] = [false, false];
    for (const { partition, high } of ends) {
      const state = this.#partitions.get(partition) ?? { offset: 0, end: 0, stoodMs: 0 };
      this.#partitions.set(partition, state);
      const found = group?.partitions.find((one) => one.partition === partition)?.offset;
      const offset = Math.max(0, Number(found ?? 0));
      state.stoodMs += ableMs;
      if (offset > state.offset) {
        this.slowestRecoveryMs = Math.max(this.slowestRecoveryMs, state.stoodMs);
        moved = true;
      }
      if (offset > state.offset || offset >= Number(high)) state.stoodMs = 0;
      if (offset < Number(high)) waiting = true;
      state.offset = Math.max(offset, state.offset);
      state.end = Number(high);
    }
    this.#pausedMs += passedMs;
    if (moved) this.longestPauseMs = Math.max(this.longestPauseMs, this.#pausedMs);
    if (moved || !waiting) this.#pausedMs = 0;
    this.committed = [...this.#partitions.values()].reduce((sum, { offset }) => sum + offset, 0);
  }
}

/** @template T @param {Promise<T>} work @returns {Promise<T>} */
async function inTime(work) {
  const ended = new AbortController();
  const limit = delay(LOOK_LIMIT_MS, undefined, { signal: ended.signal }).then(() => {
    throw new Error(`no answer within ${LOOK_LIMIT_MS} ms`);
  });
  limit.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    ended.abort();
  }
}
