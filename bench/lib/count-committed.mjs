import { createKafka } from '@pipeline/kafka';
import { waitFor } from '../../tools/lib/processes.mjs';

const LIMIT_MS = 600_000;

/**
 * How many records a reader of committed records sees in a topic.
 * @param {import('./context.mjs').Context} context
 * @param {import('kafkajs').Admin} admin
 * @param {string} topic
 */
export async function countCommitted({ brokers, nextId, signal }, admin, topic) {
  const ends = (await admin.fetchTopicOffsets(topic)).filter(({ high }) => Number(high) > 0);
  const kafka = createKafka({ brokers: [brokers], clientId: 'bench-count', socketTimeoutMs: 30_000 });
  const consumer = kafka.consumer({ groupId: `count-${nextId()}`, maxWaitTimeInMs: 100 });
  /** @type {Map<number, number>} */
  const next = new Map();
  let count = 0;
  // Unlike eachBatch it is told of what holds markers of transactions only.
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, batchSize, lastOffset } }) => {
    count += batchSize;
    next.set(partition, Number(lastOffset) + 1);
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    const finished = () => ends.every(({ partition, high }) => (next.get(partition) ?? 0) >= Number(high));
    await waitFor(finished, { timeoutMs: LIMIT_MS, what: `reading ${topic}`, signal });
    return count;
  } finally {
    await consumer.disconnect();
  }
}
