import type { createRequire } from 'node:module';
import { byTopic, groupBy } from '../group-by.js';
import { partitionKey } from '../record.js';
import { replaceModule } from './codec/replace-module.js';
import { forgetSilent, type KnownBrokers } from './silent-brokers.js';

const PATH = 'kafkajs/src/producer/sendMessages.js';

/** The parts of kafkajs' producer that matter here. */
interface Parts {
  readonly cluster: Cluster;
  readonly partitioner: (args: {
    topic: string;
    partitionMetadata: readonly PartitionMetadata[];
    message: object;
  }) => number;
  readonly eosManager: Sequences;
  readonly retrier: <T>(attempt: (bail: (error: unknown) => void) => Promise<T>) => Promise<T>;
}

interface Cluster extends KnownBrokers {
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  findBroker(where: { nodeId: number }): Promise<Broker>;
  isConnected(): boolean;
  connect(): Promise<void>;
}

interface PartitionMetadata {
  readonly partitionId: number;
  readonly leader: number;
}

interface Broker {
  produce(request: object): Promise<ProduceResponse | undefined>;
}

interface ProduceResponse {
  readonly topics: readonly { topicName: string; partitions: readonly { partition: number }[] }[];
}

interface Sequences {
  isTransactional(): boolean;
  getTransactionalId(): string;
  getProducerId(): number;
  getProducerEpoch(): number;
  getSequence(topic: string, partition: number): number;
  updateSequence(topic: string, partition: number, increment: number): void;
  addPartitionsToTransaction(topics: readonly TopicData<object>[]): Promise<void>;
  acquireBrokerLock(broker: Broker): Promise<void>;
  releaseBrokerLock(broker: Broker): Promise<void> | void;
}

interface TopicData<Partition> {
  readonly topic: string;
  readonly partitions: Partition[];
}

interface SendRequest {
  readonly acks: number;
  readonly timeout: number;
  readonly compression: unknown;
  readonly topicMessages: readonly { topic: string; messages: readonly object[] }[];
}

/** The messages of one partition, which are acknowledged together. */
interface Group {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
  readonly messages: object[];
}

interface DriverError {
  readonly name?: string;
  readonly type?: string;
  readonly retriable?: boolean;
  readonly host: string;
  readonly port: number;
}

/**
 * Writes messages, and writes again the partitions that failed, until all are acknowledged.
 *
 * The stock one keeps what is acknowledged by broker, and tries again while requests are still on their way.
 * When one broker fails and leaders move, a partition may then go to a broker that has acknowledged others, and
 * is taken for written; or one that is written is written again, with new sequence numbers. Both end as a
 * success, so not even a transaction helps.
 */
export function createSendMessages(parts: Parts): (request: SendRequest) => Promise<object[]> {
  const { cluster, retrier } = parts;
  return (request) => {
    const acknowledged = new Map<string, object>();
    const topics = request.topicMessages.map(({ topic }) => topic);
    return retrier(async (bail) => {
      await cluster.addMultipleTargetTopics(topics);
      const errors = await sendMissing(parts, request, acknowledged);
      if (errors.length === 0) return [...acknowledged.values()];
      const final = errors.find((error) => error.retriable !== true);
      if (final) bail(final);
      else await recover(cluster, errors);
      throw errors[0] as unknown as Error;
    });
  };
}

/** Gives every partition that is not acknowledged one try. Nothing is on its way any more when it resolves. */
async function sendMissing(
  parts: Parts,
  request: SendRequest,
  acknowledged: Map<string, object>,
): Promise<DriverError[]> {
  try {
    await parts.cluster.refreshMetadataIfNecessary();
    const missing = toGroups(parts, request).filter((group) => !acknowledged.has(partitionKey(group)));
    const { eosManager } = parts;
    if (eosManager.isTransactional()) await eosManager.addPartitionsToTransaction(toTopicData(missing));
    const byLeader = groupBy(missing, ({ leader }) => leader);
    const sent = [...byLeader].map(([nodeId, groups]) =>
      produce(parts, request, nodeId, groups, acknowledged),
    );
    const results = await Promise.allSettled(sent);
    return results.flatMap((result) => (result.status === 'rejected' ? [result.reason as DriverError] : []));
  } catch (error) {
    return [error as DriverError];
  }
}

async function produce(
  { cluster, eosManager }: Parts,
  { acks, timeout, compression }: SendRequest,
  nodeId: number,
  groups: readonly Group[],
  acknowledged: Map<string, object>,
): Promise<void> {
  const broker = await cluster.findBroker({ nodeId });
  await eosManager.acquireBrokerLock(broker);
  try {
    const topicData = toTopicData(
      groups.map((group) => ({
        ...group,
        firstSequence: eosManager.getSequence(group.topic, group.partition),
      })),
    );
    const response = await broker.produce({
      transactionalId: eosManager.isTransactional() ? eosManager.getTransactionalId() : undefined,
      producerId: eosManager.getProducerId(),
      producerEpoch: eosManager.getProducerEpoch(),
      acks,
      timeout,
      compression,
      topicData,
    });
    // Only now: what is sent again keeps its sequence numbers, by which the broker knows it.
    for (const { topic, partition, messages } of groups) {
      eosManager.updateSequence(topic, partition, messages.length);
      acknowledged.set(partitionKey({ topic, partition }), resultOf(response, topic, partition));
    }
  } finally {
    await eosManager.releaseBrokerLock(broker);
  }
}

async function recover(cluster: Cluster, errors: readonly DriverError[]): Promise<void> {
  for (const error of errors) {
    if (error.name === 'KafkaJSConnectionClosedError') cluster.removeBroker(error);
    forgetSilent(cluster, error);
  }
  if (!cluster.isConnected()) await cluster.connect();
  // After a commit the coordinator is busy for a moment; whatever else failed may have to do with a moved leader.
  if (errors.some(({ type }) => type !== 'CONCURRENT_TRANSACTIONS')) await cluster.refreshMetadata();
}

function toGroups({ cluster, partitioner }: Parts, { topicMessages }: SendRequest): Group[] {
  return topicMessages.flatMap(({ topic, messages }) => {
    const partitionMetadata = cluster.findTopicPartitionMetadata(topic);
    if (partitionMetadata.length === 0) {
      throw Object.assign(new Error('the topic has no metadata yet'), { retriable: true });
    }
    const leaders = new Map(partitionMetadata.map(({ partitionId, leader }) => [partitionId, leader]));
    const byPartition = groupBy(messages, (message) => partitioner({ topic, partitionMetadata, message }));
    return [...byPartition].map(([partition, group]) => ({
      topic,
      partition,
      leader: leaders.get(partition) ?? -1,
      messages: group,
    }));
  });
}

function toTopicData<T extends Group>(groups: readonly T[]): TopicData<T>[] {
  return byTopic(groups, (group) => group);
}

/** Without acknowledgements there is no response. */
function resultOf(response: ProduceResponse | undefined, topicName: string, partition: number): object {
  const topic = response?.topics.find((one) => one.topicName === topicName);
  return { topicName, partition, ...topic?.partitions.find((one) => one.partition === partition) };
}

/** @throws Error when the installed kafkajs has another shape */
export const installSendMessages = (require: ReturnType<typeof createRequire>): void =>
  replaceModule(require, PATH, () => createSendMessages);
