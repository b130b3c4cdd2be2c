import kafkajs from 'kafkajs';

const CHUNK = 5_000;

/**
 * Creates a topic and writes messages to it, in their order.
 * @param {kafkajs.Kafka} kafka
 * @param {{ topic: string, partitions: number, replication: number, messages: kafkajs.Message[] }} options
 */
export async function fillTopic(kafka, { topic, partitions, replication, messages }) {
  const admin = kafka.admin();
  await admin.connect();
  const settings = { numPartitions: partitions, replicationFactor: replication };
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, ...settings }] });
  await admin.disconnect();
  const producer = kafka.producer({
    idempotent: true,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  for (let at = 0; at < messages.length; at += CHUNK) {
    await producer.send({ topic, messages: messages.slice(at, at + CHUNK) });
  }
  await producer.disconnect();
}
