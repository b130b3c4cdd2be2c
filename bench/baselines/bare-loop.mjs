// What the product cannot go below: its own driver, one transaction per fetched batch, and JSON in between. No
// Nest, no rules, no headers of dead letters, no metrics. Fit for a single instance that nothing goes wrong with.
import { createKafka, TransactionalProducer } from '@pipeline/kafka';

const {
  BOOTSTRAP_SERVERS = '',
  INPUT_TOPIC = '',
  OUTPUT_TOPIC = '',
  DLQ_TOPIC = '',
  CONSUMER_GROUP = '',
} = process.env;
const TIMEOUT_MS = 10_000;
/** Bounds a record batch, which grows by processed_at and may not pass 1 MiB. */
const CHUNK = 2_500;

/** @typedef {import('@pipeline/kafka').InputRecord} InputRecord */

const kafka = createKafka({
  clientId: 'bare-loop',
  brokers: BOOTSTRAP_SERVERS.split(','),
  socketTimeoutMs: TIMEOUT_MS,
  fastEncoder: true,
});
const consumer = kafka.consumer({ groupId: CONSUMER_GROUP, maxWaitTimeInMs: 500 });
/** @type {Map<number, Promise<TransactionalProducer>>} one for each partition */
const producers = new Map();

/** @param {number} partition */
function open(partition) {
  const producer = TransactionalProducer.open(kafka, {
    transactionalId: `${CONSUMER_GROUP}/${INPUT_TOPIC}/${partition}`,
    groupId: CONSUMER_GROUP,
    topics: [OUTPUT_TOPIC],
    onLostMarkers: () => undefined,
    transactionTimeoutMs: 30_000,
    requestTimeoutMs: TIMEOUT_MS,
  });
  producers.set(partition, producer);
  return producer;
}

/**
 * @param {InputRecord} record
 * @param {number} sourcePartition
 * @param {string} now
 * @returns {import('@pipeline/kafka').OutgoingRecord}
 */
function transform({ key, value, headers }, sourcePartition, now) {
  const kept = { key, headers, sourcePartition, partitionBy: /** @type {const} */ ('key') };
  try {
    const event = JSON.parse(value?.toString() ?? '');
    if (typeof event.locale === 'string') event.locale = event.locale.toLowerCase();
    event.processed_at = now;
    return { ...kept, topic: OUTPUT_TOPIC, value: JSON.stringify(event) };
  } catch {
    return { ...kept, topic: DLQ_TOPIC, value };
  }
}

for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(name, () => void consumer.disconnect().finally(() => process.exit(0)));
}
await consumer.connect();
await consumer.subscribe({ topics: [INPUT_TOPIC], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: 64,
  eachBatch: async ({ batch }) => {
    const { topic, partition } = batch;
    const records = /** @type {InputRecord[]} */ (/** @type {unknown} */ (batch.messages));
    const now = new Date().toISOString();
    const producer = await (producers.get(partition) ?? open(partition));
    await producer.commit([{ topic, partition, offset: BigInt(batch.lastOffset()) + 1n }], async (send) => {
      for (let start = 0; start < records.length; start += CHUNK) {
        await send(records.slice(start, start + CHUNK).map((record) => transform(record, partition, now)));
      }
    });
  },
});
