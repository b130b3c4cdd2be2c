import kafkajs from 'kafkajs';
import { fillTopic } from '../../tools/lib/fill-topic.mjs';
import { LoginGenerator } from '../../tools/lib/generator.mjs';

const SEED = 42;
const INVALID_RATIO = 0.05;

/** @param {string} brokers */
export const connect = (brokers) =>
  new kafkajs.Kafka({ brokers: [brokers], clientId: 'bench', logLevel: kafkajs.logLevel.NOTHING });

/**
 * Creates a topic of events, the same at every run.
 * @param {kafkajs.Kafka} kafka
 * @param {{ topic: string, partitions: number, events: number }} options
 */
export async function preload(kafka, { topic, partitions, events }) {
  await fillTopic(kafka, { topic, partitions, replication: 1, messages: generate(events) });
}

/** One after the other, so that no more than a chunk is in memory. @param {number} events */
function* generate(events) {
  const generator = new LoginGenerator(SEED, INVALID_RATIO);
  const now = new Date();
  for (let made = 0; made < events; made++) yield generator.next(now);
}

/** How many records a topic has got, markers of transactions included. @param {kafkajs.Admin} admin @param {string} topic */
export async function ends(admin, topic) {
  const offsets = await admin.fetchTopicOffsets(topic);
  return offsets.reduce((sum, { high }) => sum + Number(high), 0);
}

/** Sum of a group's committed offsets. @param {kafkajs.Admin} admin @param {string} groupId @param {string} topic */
export async function committed(admin, groupId, topic) {
  const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
  return (found?.partitions ?? []).reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
}
