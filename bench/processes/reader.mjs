// Reads committed records and measures how long ago their events were made. Says `joined`, and `latency` when as
// many events as expected have been measured.
import { createKafka } from '@pipeline/kafka';
import { build } from 'hdr-histogram-js';
import { MADE_AT } from './made-at.mjs';

/** @type {{ brokers: string, topics: string[], group: string, expected: number, fromBeginning: boolean }} */
const { brokers, topics, group, expected, fromBeginning } = JSON.parse(process.argv[2] ?? '');

/** @param {string} about @param {unknown} [content] */
const say = (about, content) => process.send?.({ about, content });

/** In microseconds, up to an hour. */
const histogram = build({ highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: 3 });
const ms = (/** @type {number} */ percentile) => histogram.getValueAtPercentile(percentile) / 1_000;

/** @param {readonly (readonly [string, Buffer | null])[]} headers */
function measure(headers) {
  const madeAt = headers.find(([name]) => name === MADE_AT)?.[1];
  if (!madeAt) return;
  histogram.recordValue(Number((process.hrtime.bigint() - BigInt(madeAt.toString())) / 1_000n));
  if (histogram.totalCount === expected) say('latency', { p50: ms(50), p99: ms(99) });
}

// The product's driver, because stock kafkajs shows aborted records.
const kafka = createKafka({
  brokers: [brokers],
  clientId: 'bench-reader',
  socketTimeoutMs: 30_000,
  fastEncoder: true,
});
const consumer = kafka.consumer({ groupId: group, maxWaitTimeInMs: 500 });
consumer.on(consumer.events.GROUP_JOIN, () => say('joined'));
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning });
await consumer.run({
  autoCommit: false,
  partitionsConsumedConcurrently: 128,
  eachBatch: ({ batch }) => {
    // The driver gives headers as a list.
    for (const { headers } of /** @type {{ headers: any }[]} */ (batch.messages)) measure(headers);
    return Promise.resolve();
  },
});
process.once('disconnect', () => process.exit(0));
