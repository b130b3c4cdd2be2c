import type { createRequire } from 'node:module';
import { replaceModule } from './codec/replace-module.js';

export const TRANSACTIONS = 'kafkajs/src/producer/eosManager/index.js';

interface Question {
  readonly groupId: string;
  readonly coordinatorType: number;
}

type Request = (args: object) => Promise<unknown>;

/** A broker as far as transactions use it. */
export interface Coordinator {
  readonly nodeId: number;
  readonly initProducerId: Request;
  readonly addPartitionsToTxn: Request;
  readonly addOffsetsToTxn: Request;
  readonly txnOffsetCommit: Request;
  readonly endTxn: Request;
}

/** The part of kafkajs' cluster that its transactions use. */
export interface Cluster {
  refreshMetadataIfNecessary(): Promise<void>;
  findControllerBroker(): Promise<unknown>;
  findBroker(where: { nodeId: number }): Promise<Coordinator>;
  findGroupCoordinator(question: Question): Promise<Coordinator>;
}

interface Options {
  readonly cluster: Cluster;
}

/** kafkajs' bookkeeping of one producer's transactions. */
type CreateTransactions = (options: Options) => object;

/** The coordinator is the right one, and busy with the former transaction for a moment. */
export const isBusy = (error: unknown): boolean =>
  (error as { type?: unknown }).type === 'CONCURRENT_TRANSACTIONS';

/**
 * Remembers who coordinates a producer's transactions and its group, until a request to it fails. kafkajs asks
 * anew before each of the requests of a transaction, which are four of its nine round trips.
 */
export function rememberCoordinators(cluster: Cluster): Cluster {
  const known = new Map<string, number>();

  const find = async (question: Question): Promise<Coordinator> => {
    const name = `${String(question.coordinatorType)}:${question.groupId}`;
    const nodeId = known.get(name);
    try {
      const broker = await (nodeId === undefined
        ? cluster.findGroupCoordinator(question)
        : cluster.findBroker({ nodeId }));
      known.set(name, broker.nodeId);
      return forgetting(broker, () => known.delete(name));
    } catch (error) {
      // The next one to ask hears of whoever took over.
      if (known.delete(name)) return find(question);
      throw error;
    }
  };

  return {
    refreshMetadataIfNecessary: () => cluster.refreshMetadataIfNecessary(),
    findControllerBroker: () => cluster.findControllerBroker(),
    findBroker: (where) => cluster.findBroker(where),
    findGroupCoordinator: find,
  };
}

/** The same broker; `forget` is called when a request to it fails. */
function forgetting(broker: Coordinator, forget: () => void): Coordinator {
  const watch =
    (name: Exclude<keyof Coordinator, 'nodeId'>): Request =>
    async (args) => {
      try {
        return await broker[name](args);
      } catch (error) {
        if (!isBusy(error)) forget();
        throw error;
      }
    };
  return {
    nodeId: broker.nodeId,
    initProducerId: watch('initProducerId'),
    addPartitionsToTxn: watch('addPartitionsToTxn'),
    addOffsetsToTxn: watch('addOffsetsToTxn'),
    txnOffsetCommit: watch('txnOffsetCommit'),
    endTxn: watch('endTxn'),
  };
}

/** @throws Error when the installed kafkajs has another shape */
export const installKnownCoordinators = (require: ReturnType<typeof createRequire>): void =>
  replaceModule<CreateTransactions>(
    require,
    TRANSACTIONS,
    (stock) => (options: Options) => stock({ ...options, cluster: rememberCoordinators(options.cluster) }),
  );
