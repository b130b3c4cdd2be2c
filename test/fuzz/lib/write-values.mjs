import { createKafka, RecordProducer } from '@pipeline/kafka';

/** What goes out at once: with any spread over the partitions no batch passes the broker's limit. */
const CHUNK_BYTES = 900_000;
const SOCKET_TIMEOUT_MS = 30_000;

/**
 * Writes values by the pipeline's own encoder: stock kafkajs writes no null headers and no order of headers.
 * What arrived is read by kcat and compared.
 * @param {string} brokers
 * @param {string} topic
 * @param {number} partitions
 * @param {Iterable<import('./judge.mjs').Sent>} values
 */
export async function writeValues(brokers, topic, partitions, values) {
  const kafka = createKafka({ brokers: [brokers], clientId: 'fuzz', socketTimeoutMs: SOCKET_TIMEOUT_MS });
  const producer = new RecordProducer(kafka, SOCKET_TIMEOUT_MS);
  try {
    let number = 0;
    let bytes = 0;
    /** @type {import('@pipeline/kafka').OutgoingRecord[]} */
    let chunk = [];
    for (const { key, value, headers } of values) {
      const size = (key?.length ?? 0) + (value?.length ?? 0) + 2_000;
      if (bytes + size > CHUNK_BYTES && chunk.length > 0) {
        await producer.send(chunk);
        [chunk, bytes] = [[], 0];
      }
      bytes += size;
      // Without a key they go to all partitions in turn.
      chunk.push({ topic, key, value, headers, partitionBy: 'key', sourcePartition: number++ % partitions });
    }
    if (chunk.length > 0) await producer.send(chunk);
  } finally {
    await producer.disconnect();
  }
}
