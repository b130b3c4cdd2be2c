import { waitFor } from './processes.mjs';

const LIMIT_MS = 60_000;

/**
 * Creates topics and waits until their leaders answer. A busy broker may know of a topic only seconds later; with
 * `waitForLeaders` kafkajs fails where it should wait.
 * @param {import('kafkajs').Admin} admin
 * @param {import('kafkajs').ITopicConfig[]} topics
 * @param {AbortSignal} [signal]
 */
export async function createTopics(admin, topics, signal) {
  await admin.createTopics({ waitForLeaders: false, topics });
  for (const { topic, numPartitions = 1 } of topics) {
    const ready = () =>
      admin.fetchTopicOffsets(topic).then(
        (offsets) => offsets.length >= numPartitions,
        () => false,
      );
    await waitFor(ready, { timeoutMs: LIMIT_MS, what: `the topic ${topic} is there`, signal });
  }
}
