// What consuming takes on this driver: alone, or with every event parsed and written anew (PARSE=true). Nothing is sent.
import { createKafka } from '@pipeline/kafka';

const { BOOTSTRAP_SERVERS = '', INPUT_TOPIC = '', CONSUMER_GROUP = '', PARSE } = process.env;

const kafka = createKafka({
  clientId: 'floor',
  brokers: BOOTSTRAP_SERVERS.split(','),
  socketTimeoutMs: 10_000,
  fastEncoder: true,
});
const consumer = kafka.consumer({ groupId: CONSUMER_GROUP, maxWaitTimeInMs: 500 });
/** Keeps the compiler from leaving out what nobody uses. */
let bytes = 0;

/** @param {Buffer | null} value */
function parseAndWrite(value) {
  try {
    return Buffer.from(JSON.stringify(JSON.parse(value?.toString() ?? ''))).length;
  } catch {
    return value?.length ?? 0;
  }
}

for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.once(name, () => void consumer.disconnect().finally(() => process.exit(bytes > 0 ? 0 : 1)));
}
await consumer.connect();
await consumer.subscribe({ topics: [INPUT_TOPIC], fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: 64,
  eachBatch: ({ batch }) => {
    for (const { value } of batch.messages) bytes += PARSE ? parseAndWrite(value) : (value?.length ?? 0);
    return Promise.resolve();
  },
});
