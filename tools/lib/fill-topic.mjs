import kafkajs from 'kafkajs';
import { createTopics } from './create-topics.mjs';

/**
 * Creates a topic and writes messages to it, in their order, a chunk at a time.
 * @param {kafkajs.Kafka} kafka
 * @param {{ topic: string, partitions: number, replication: number, messages: Iterable<kafkajs.Message>, chunkSize?: number }} options
 */
export async function fillTopic(kafka, { topic, partitions, replication, messages, chunkSize = 5_000 }) {
  const admin = kafka.admin();
  await admin.connect();
  const settings = { numPartitions: partitions, replicationFactor: replication };
  await createTopics(admin, [{ topic, ...settings }]);
  await admin.disconnect();
  const producer = kafka.producer({
    idempotent: true,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  /** @type {kafkajs.Message[]} */
  let chunk = [];
  for (const message of messages) {
    chunk.push(message);
    if (chunk.length < chunkSize) continue;
    await producer.send({ topic, messages: chunk });
    chunk = [];
  }
  if (chunk.length > 0) await producer.send({ topic, messages: chunk });
  await producer.disconnect();
}
