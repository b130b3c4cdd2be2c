// How many records of a topic a reader of committed records sees, up to the given ends. Says `count`.
import { createKafka } from '@pipeline/kafka';

/** @type {{ brokers: string, topic: string, group: string, ends: { partition: number, high: string }[] }} */
const { brokers, topic, group, ends } = JSON.parse(process.argv[2] ?? '');

/** Position of every partition that is not read to its end. */
const unread = new Map(
  ends.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, high]),
);
let count = 0;

function sayWhenRead() {
  if (unread.size === 0) process.send?.({ about: 'count', content: count });
}

// The product's driver, because stock kafkajs shows aborted records.
const kafka = createKafka({
  brokers: [brokers],
  clientId: 'bench-count',
  socketTimeoutMs: 30_000,
  fastEncoder: true,
});
const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 100 });
// Unlike eachBatch it is told of what holds markers of transactions only.
consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, batchSize, lastOffset } }) => {
  count += batchSize;
  if (BigInt(lastOffset) + 1n < BigInt(unread.get(partition) ?? 0)) return;
  unread.delete(partition);
  sayWhenRead();
});
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
sayWhenRead();
process.once('disconnect', () => process.exit(0));
