import type { createRequire } from 'node:module';
import { groupBy } from '../group-by.js';
import type { TopicPartition } from '../record.js';
import { brokerRequests, type Broker } from './broker-requests.js';
import { replaceModule } from './codec/replace-module.js';
import { createTransactionRequests, isHidden, type TopicPartitions } from './codec/transaction-requests.js';
import type { GroupBroker } from './group-transactions.js';
import { TRANSACTIONS, type Coordinator } from './known-coordinators.js';
import { isUnstable, whenStable } from './when-stable.js';

const RETRY = 'kafkajs/src/retry/index.js';
const TRANSACTION_COORDINATOR = 1;
const NOT_THERE = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'TOPIC_AUTHORIZATION_FAILED']);
const COMMITTED = new Set(['PrepareCommit', 'CompleteCommit']);
/** A producer had the id, and has begun no transaction. */
const NOTHING_WRITTEN = 'Empty';
/** Brokers may lose the end of what ends a transaction, too. */
const MOST_ENDS = 3;

/** What the transactions of one id write to and move. */
export interface TransactionScope {
  /** Those that do not exist, or not for this user, are passed over. */
  readonly topics: readonly string[];
  readonly groupId: string;
  /** Whose position of the group each of them moves, if they move any. */
  readonly position?: TopicPartition;
  /** Told of each end that was missing. */
  readonly onLostMarkers?: (lost: LostMarkers) => void;
}

/** A transaction of which brokers did not know that it had ended; now they do. */
export interface LostMarkers {
  readonly transactionalId: string;
  readonly outcome: 'committed' | 'aborted';
  /** Of the topics, so many had it open. */
  readonly partitions: number;
}

const scopes = new Map<string, TransactionScope>();

/** @param begin makes kafkajs begin the first transaction of a producer with the id */
export function withScope<T>(
  transactionalId: string,
  scope: TransactionScope,
  begin: () => Promise<T>,
): Promise<T> {
  scopes.set(transactionalId, scope);
  try {
    // It is looked at before the first wait.
    return begin();
  } finally {
    scopes.delete(transactionalId);
  }
}

interface Cluster {
  readonly retry: object;
  refreshMetadata(): Promise<void>;
  addMultipleTargetTopics(topics: readonly string[]): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
  findBroker(node: { readonly nodeId: string }): Promise<Broker>;
  findGroupCoordinator(question: {
    readonly groupId: string;
    readonly coordinatorType?: number;
  }): Promise<Broker & Coordinator & GroupBroker>;
}

interface Options {
  readonly cluster: Cluster;
  readonly transactionalId?: string;
}

/** kafkajs' bookkeeping of one producer's transactions. */
interface Transactions {
  getProducerId(): string;
  getProducerEpoch(): number;
  initProducerId: () => Promise<void>;
}

type CreateTransactions = (options: Options) => Transactions;
type CreateRetry = (options: object) => <T>(attempt: () => Promise<T>) => Promise<T>;

/** The brokers keep losing the end of a transaction. */
class LostMarkersError extends Error {
  override readonly name = 'LostMarkersError';
}

/**
 * Where a partition has no leader when a transaction ends, Kafka 4 takes it for a deleted one: it writes no marker
 * there, and counts the transaction as ended. Its records would become part of the producer's next transaction and be
 * committed, or aborted, with that; its positions would stay unstable for ever. So a producer that begins asks what
 * became of the last transaction of its id, and where it is still open ends it likewise.
 * @throws Error when the installed kafkajs has another shape
 */
export function installLostMarkers(require: ReturnType<typeof createRequire>): void {
  const requests = createTransactionRequests(require);
  const { knows, send } = brokerRequests(require);
  const createRetry = require(RETRY) as CreateRetry;

  /** Undefined where there was none, and from brokers older than Kafka 3.0. */
  const lastTransaction = async (coordinator: Broker, transactionalId: string) => {
    const question = requests.describeTransaction(transactionalId);
    return knows(coordinator, question) ? (await send(coordinator, question))[0] : undefined;
  };

  /** Partitions in which the producer has a transaction open, and those that may not be looked at. */
  const openPartitions = async (cluster: Cluster, topics: readonly string[], producerId: string) => {
    const asked = [...leadersOf(cluster, topics)].map(async ([nodeId, led]) =>
      send(await cluster.findBroker({ nodeId }), requests.describeProducers(led)),
    );
    const found = (await Promise.all(asked))
      .flat()
      .flatMap(({ topic, partitions }) => partitions.map((one) => ({ topic, ...one })));
    return {
      open: found.filter(({ producers }) => producers.includes(producerId)),
      hidden: found.filter(isHidden),
    };
  };

  function endingTheLast(transactions: Transactions, transactionalId: string, cluster: Cluster): void {
    const scope = scopes.get(transactionalId);
    if (!scope) return;
    const { topics, groupId, position, onLostMarkers } = scope;
    const begin = transactions.initProducerId;
    const retry = createRetry(cluster.retry);
    const findCoordinator = () =>
      cluster.findGroupCoordinator({ groupId: transactionalId, coordinatorType: TRANSACTION_COORDINATOR });

    const look = (known: readonly string[], producerId: string) =>
      retry(() =>
        openPartitions(cluster, known, producerId).catch(async (error: unknown) => {
          // Leaders may have moved.
          await cluster.refreshMetadata();
          throw error;
        }),
      );

    const isPositionOpen = ({ topic, partition }: TopicPartition) => {
      const ask = async () =>
        (await cluster.findGroupCoordinator({ groupId })).groupPosition(groupId, topic, partition);
      return retry(async () => {
        try {
          await whenStable(ask);
          return false;
        } catch (error) {
          if (isUnstable(error)) return true;
          throw error;
        }
      });
    };

    const end = async (partitions: readonly TopicPartition[], transactionResult: boolean) => {
      const coordinator = await findCoordinator();
      const producer = {
        transactionalId,
        producerId: transactions.getProducerId(),
        producerEpoch: transactions.getProducerEpoch(),
      };
      if (partitions.length > 0) {
        await coordinator.addPartitionsToTxn({ ...producer, topics: toTopics(partitions) });
      }
      if (position) await coordinator.addOffsetsToTxn({ ...producer, groupId });
      await coordinator.endTxn({ ...producer, transactionResult });
    };

    transactions.initProducerId = async () => {
      const last = await retry(async () => lastTransaction(await findCoordinator(), transactionalId));
      if (!last) return begin();
      const { state, producerId } = last;
      // While a partition has no leader, the end that this beginning gives to the last transaction would be lost, too.
      const known = await knownTopics(cluster, topics);
      await begin();
      const isCommit = COMMITTED.has(state);
      for (let ended = 0; ; ended++) {
        const { open, hidden } = await look(known, producerId);
        const isLost = open.length > 0 || (ended === 0 && position && (await isPositionOpen(position)));
        // To abort what is not open does no harm.
        const blindly = ended === 0 && !isCommit && state !== NOTHING_WRITTEN ? hidden : [];
        if (!isLost && blindly.length === 0) return;
        if (ended === MOST_ENDS) throw new LostMarkersError(`an end was lost ${String(ended)} times`);
        await end([...open, ...blindly], isCommit);
        const outcome = isCommit ? 'committed' : 'aborted';
        if (isLost) onLostMarkers?.({ transactionalId, outcome, partitions: open.length });
        await begin();
      }
    };
  }

  replaceModule<CreateTransactions>(require, TRANSACTIONS, (stock) => (options: Options) => {
    const transactions = stock(options);
    if (options.transactionalId !== undefined) {
      endingTheLast(transactions, options.transactionalId, options.cluster);
    }
    return transactions;
  });
}

/** Those that are there for this user, with a leader for each of their partitions. @throws the driver's error */
async function knownTopics(cluster: Cluster, topics: readonly string[]): Promise<readonly string[]> {
  try {
    await cluster.addMultipleTargetTopics(topics);
    return topics;
  } catch (error) {
    if (!NOT_THERE.has(String((error as { type?: unknown }).type))) throw error;
    // The driver has forgotten all of them because of one.
    if (topics.length <= 1) return [];
  }
  const known: string[] = [];
  for (const topic of topics) known.push(...(await knownTopics(cluster, [topic])));
  return known;
}

/** The partitions of the topics, by the broker that leads them. */
function leadersOf(cluster: Cluster, topics: readonly string[]): Map<string, TopicPartitions[]> {
  const leaders = new Map<string, TopicPartitions[]>();
  for (const topic of topics) {
    const all = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
    for (const [nodeId, partitions] of Object.entries(cluster.findLeaderForPartitions(topic, all))) {
      leaders.set(nodeId, [...(leaders.get(nodeId) ?? []), { topic, partitions }]);
    }
  }
  return leaders;
}

const toTopics = (partitions: readonly TopicPartition[]): TopicPartitions[] =>
  [...groupBy(partitions, ({ topic }) => topic)].map(([topic, some]) => ({
    topic,
    partitions: some.map(({ partition }) => partition),
  }));
