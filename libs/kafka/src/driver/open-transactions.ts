import type { createRequire } from 'node:module';
import type { TopicPartition } from '../record.js';
import { brokerRequests, type Broker } from './broker-requests.js';
import {
  createTransactionRequests,
  isHidden,
  type DescribedTransaction,
  type TopicPartitions,
} from './codec/transaction-requests.js';
import { errorCode } from './error-code.js';
import type { GroupBroker } from './group-transactions.js';
import type { Coordinator } from './known-coordinators.js';
import type { KnownBrokers } from './silent-brokers.js';
import { partitionsOf, type TopicMetadata } from './topic-metadata.js';
import { isUnstable, whenStable } from './when-stable.js';

const TRANSACTION_COORDINATOR = 1;
const NOT_THERE = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']);

/** The part of kafkajs' cluster that is needed here. */
export interface TransactionCluster extends TopicMetadata, KnownBrokers {
  /** Tries again, with the settings of this client, what fails of the brokers. */
  readonly retrier: <T>(attempt: () => Promise<T>) => Promise<T>;
  /** Those whose metadata is asked for. */
  targetTopics: Set<string>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findBroker(node: { readonly nodeId: string }): Promise<Broker>;
  findGroupCoordinator(question: {
    readonly groupId: string;
    readonly coordinatorType?: number;
  }): Promise<AnyCoordinator>;
}

type AnyCoordinator = Broker & Coordinator & GroupBroker;

/** What brokers know of the last transaction of an id. */
export interface OpenTransaction {
  /** Partitions in which it is open. */
  readonly open: readonly TopicPartition[];
  /** Partitions that may not be looked at. */
  readonly hidden: readonly TopicPartition[];
}

/** Asks brokers about the transactions of one id, over the connections of a producer. All throw the driver's errors. */
export interface TransactionQuestions {
  findCoordinator(): Promise<AnyCoordinator>;
  /** Undefined where there was none, and from brokers older than Kafka 3.0. */
  last(): Promise<DescribedTransaction | undefined>;
  /** Fails also while a partition of the topics has no leader. */
  look(topics: readonly string[], producerId: string): Promise<OpenTransaction>;
  /** Whether any transaction, of whatever id, stays open that moves the position of the group. */
  isUnstable(groupId: string, where: TopicPartition): Promise<boolean>;
}

type AskAbout = (cluster: TransactionCluster, transactionalId: string) => TransactionQuestions;

/** @throws Error when the installed kafkajs has another shape */
export function transactionQuestions(require: ReturnType<typeof createRequire>): AskAbout {
  const requests = createTransactionRequests(require);
  const { knows, send } = brokerRequests(require);

  return (cluster: TransactionCluster, transactionalId: string) => {
    const findCoordinator = () =>
      cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: TRANSACTION_COORDINATOR });
    const question = requests.describeTransaction(transactionalId);

    /** Of the brokers that lead the topics, which are those of the metadata for this one time. */
    async function lookIn(topics: readonly string[], producerId: string): Promise<OpenTransaction> {
      const { targetTopics } = cluster;
      cluster.targetTopics = new Set();
      try {
        const known = await knownTopics(cluster, topics);
        const asked = [...leadersOf(cluster, known)].map(async ([nodeId, led]) =>
          send(await cluster.findBroker({ nodeId }), requests.describeProducers(led)),
        );
        const found = (await Promise.all(asked))
          .flat()
          .flatMap(({ topic, partitions }) => partitions.map((one) => ({ topic, ...one })));
        return {
          open: found.filter(({ producers }) => producers.includes(producerId)),
          hidden: found.filter(isHidden),
        };
      } finally {
        cluster.targetTopics = targetTopics;
      }
    }

    return {
      findCoordinator,

      last: () =>
        cluster.retrier(async () => {
          const coordinator = await findCoordinator();
          return knows(coordinator, question) ? (await send(coordinator, question))[0] : undefined;
        }),

      look: (topics, producerId) => cluster.retrier(() => lookIn(topics, producerId)),

      isUnstable: (groupId, { topic, partition }) => {
        const ask = async () =>
          (await cluster.findGroupCoordinator({ groupId })).groupPosition(groupId, topic, partition);
        return cluster.retrier(async () => {
          try {
            await whenStable(ask);
            return false;
          } catch (error) {
            if (isUnstable(error)) return true;
            throw error;
          }
        });
      },
    };
  };
}

/** Those that are there for this user, with a leader for each of their partitions. @throws the driver's error */
async function knownTopics(
  cluster: TransactionCluster,
  topics: readonly string[],
): Promise<readonly string[]> {
  try {
    await cluster.addMultipleTargetTopics(topics);
    return topics;
  } catch (error) {
    if (!NOT_THERE.has(errorCode(error) ?? '')) throw error;
    // The driver has forgotten all of them because of one.
    if (topics.length <= 1) return [];
  }
  const known: string[] = [];
  for (const topic of topics) known.push(...(await knownTopics(cluster, [topic])));
  return known;
}

/** The partitions of the topics, by the broker that leads them. */
function leadersOf(cluster: TransactionCluster, topics: readonly string[]): Map<string, TopicPartitions[]> {
  const leaders = new Map<string, TopicPartitions[]>();
  for (const topic of topics) {
    const led = cluster.findLeaderForPartitions(topic, partitionsOf(cluster, topic));
    for (const [nodeId, partitions] of Object.entries(led)) {
      leaders.set(nodeId, [...(leaders.get(nodeId) ?? []), { topic, partitions }]);
    }
  }
  return leaders;
}
