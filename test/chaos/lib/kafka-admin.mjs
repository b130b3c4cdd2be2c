import { setTimeout as delay } from 'node:timers/promises';
import { createTopics } from '../../../tools/lib/create-topics.mjs';

const INTERVAL_MS = 1_000;

/** @param {import('kafkajs').Kafka} kafka @param {string} topic @param {number} partitions @param {number} replication */
export function createTopic(kafka, topic, partitions, replication) {
  const settings = { topic, numPartitions: partitions, replicationFactor: replication };
  return withAdmin(kafka, (admin) => createTopics(admin, [settings]));
}

/** Whether so many consumers share the partitions of a group. @param {import('kafkajs').Kafka} kafka @param {string} group @param {number} members */
export const haveJoined = (kafka, group, members) =>
  withAdmin(kafka, async (admin) => {
    const [found] = (await admin.describeGroups([group])).groups;
    return found?.state === 'Stable' && found.members.length === members;
  }).catch(() => false);

/**
 * The position of a group in every partition of topics, by `topic/partition`; -1 where it has none.
 * @param {import('kafkajs').Kafka} kafka
 * @param {string} groupId
 * @param {string[]} topics
 */
export const positionsOf = (kafka, groupId, topics) =>
  withAdmin(kafka, async (admin) => {
    const found = await admin.fetchOffsets({ groupId, topics });
    return new Map(
      found.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, offset }) => [`${topic}/${partition}`, Number(offset)]),
      ),
    );
  });

/** The broker that leads a partition. @param {import('kafkajs').Kafka} kafka @param {string} topic @param {number} partition */
export async function leaderOf(kafka, topic, partition) {
  const [found] = await withAdmin(kafka, (admin) => partitionsOf(admin, [topic]));
  return found?.partitions.find(({ partitionId }) => partitionId === partition)?.leader ?? 1;
}

/**
 * Gives every partition another leader each second: its second replica becomes the first, and the controller
 * makes the first one the leader. While a broker is away that may fail; the next second has its own try.
 * @param {import('kafkajs').Kafka} kafka
 * @param {string[]} topics
 * @param {number} ms
 * @param {AbortSignal} signal
 */
export async function moveLeaders(kafka, topics, ms, signal) {
  const end = Date.now() + ms;
  while (Date.now() < end && !signal.aborted) {
    await Promise.all([
      withAdmin(kafka, (admin) => turnReplicas(admin, topics)).catch(() => undefined),
      delay(INTERVAL_MS, undefined, { signal }),
    ]);
  }
}

/** @param {import('kafkajs').Admin} admin @param {string[]} topics */
async function turnReplicas(admin, topics) {
  const turned = (await partitionsOf(admin, topics)).map(({ name, partitions }) => ({
    topic: name,
    partitionAssignment: partitions.map(({ partitionId, replicas: [first = 1, ...others] }) => ({
      partition: partitionId,
      replicas: [...others, first],
    })),
  }));
  await admin.alterPartitionReassignments({ topics: turned });
}

/** @param {import('kafkajs').Admin} admin @param {string[]} topics */
const partitionsOf = async (admin, topics) => (await admin.fetchTopicMetadata({ topics })).topics;

/**
 * @template T
 * @param {import('kafkajs').Kafka} kafka
 * @param {(admin: import('kafkajs').Admin) => Promise<T>} question
 */
async function withAdmin(kafka, question) {
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await question(admin);
  } finally {
    await admin.disconnect();
  }
}
