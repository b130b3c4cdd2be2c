import type { createRequire } from 'node:module';
import { byTopic } from '../group-by.js';
import type { TopicPartition } from '../record.js';
import { replaceModule } from './codec/replace-module.js';
import type { DescribedTransaction } from './codec/transaction-requests.js';
import { isBusy, TRANSACTIONS } from './known-coordinators.js';
import {
  transactionQuestions,
  type OpenTransaction,
  type TransactionCluster,
  type TransactionQuestions,
} from './open-transactions.js';
import { forgetSilent } from './silent-brokers.js';

/** What the transactions of one id write to and move. */
export interface TransactionScope {
  /** Those that do not exist, or not for this user, are passed over. */
  readonly topics: readonly string[];
  readonly groupId: string;
  /** The input partition whose position of the group they move, if they move any. */
  readonly position?: TopicPartition;
  /** Told of each end that was missing. */
  readonly onLostMarkers: (lost: LostMarkers) => void;
}

/** A transaction of which brokers did not know that it had ended; now they do. */
export interface LostMarkers {
  readonly transactionalId: string;
  readonly outcome: 'committed' | 'aborted';
  /** Of the topics, so many had it open; 0 where only the position had. */
  readonly partitions: number;
}

/** The end of a transaction was lost again and again. */
class LostMarkersError extends Error {
  override readonly name = 'LostMarkersError';
}

/** kafkajs' bookkeeping of one producer's transactions. */
interface Transactions {
  getProducerId(): string;
  getProducerEpoch(): number;
  initProducerId: () => Promise<void>;
  commit: () => Promise<void>;
}

interface ProducerOfId {
  readonly transactionalId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

interface Options {
  readonly cluster: TransactionCluster;
  readonly transactionalId?: string;
}

type CreateTransactions = (options: Options) => Transactions;

/** States of a transaction, as coordinators name them: their end is being told, or has been. */
const [OPEN, PREPARING, COMPLETE] = ['Ongoing', 'Prepare', 'Complete'];
const COMMITTED = 'CompleteCommit';
/** The id has begun anew: how the transaction before that ended is not told any more. */
const BEGUN_ANEW = 'Empty';
const MOST_ENDS = 3;

/** Of the producer that is begun just now. */
const offered: TransactionScope[] = [];
/** What was begun with a scope. */
const begun = new WeakMap<TransactionScope, LastTransaction>();

/** @param begin makes kafkajs begin the first transaction of a producer */
export function withScope<T>(scope: TransactionScope, begin: () => Promise<T>): Promise<T> {
  offered.push(scope);
  // Its bookkeeping is made before it waits for anything.
  const beginning = begin();
  if (offered.pop() === undefined) return beginning;
  beginning.catch(() => undefined);
  throw new Error('kafkajs begins a transaction in another way than it did');
}

/**
 * Asks the coordinator to commit the transaction in hand, whatever kafkajs takes it to be in. @throws the driver's error
 */
export function askToCommit(scope: TransactionScope): Promise<void> {
  const transaction = begun.get(scope);
  if (!transaction) throw new Error('no transaction was begun with this scope');
  return transaction.commitAgain();
}

/**
 * Where a partition has no leader when a transaction ends, Kafka 4.3 takes it for a deleted one: it writes no marker
 * there, and counts the transaction as ended. Its records would become part of the producer's next transaction and be
 * committed, or aborted, with that; its positions would stay unstable for ever. So a producer that begins asks what
 * became of the last transaction of its id, and where it is still open ends it likewise.
 * @throws Error when the installed kafkajs has another shape
 */
export function installLostMarkers(require: ReturnType<typeof createRequire>): void {
  const questionsOf = transactionQuestions(require);
  replaceModule<CreateTransactions>(require, TRANSACTIONS, (stock) => (options: Options) => {
    const transactions = stock(options);
    const { cluster, transactionalId: id } = options;
    if (id === undefined) return transactions;
    const scope = offered.pop();
    if (scope) {
      const { initProducerId, commit } = transactions;
      const last = new LastTransaction(id, scope, transactions, questionsOf(cluster, id), cluster);
      transactions.initProducerId = () => last.endBefore(initProducerId);
      transactions.commit = () => last.commit(commit);
      begun.set(scope, last);
    }
    return transactions;
  });
}

/** By id, whether what is being ended again was committed: the coordinator has forgotten it once a producer begins. */
const outcomes = new Map<string, boolean>();
/** By id, the producer that was to commit and has not heard whether it did. */
const unanswered = new Map<string, ProducerOfId>();

interface Found extends OpenTransaction {
  readonly isPositionOpen: boolean;
}

class LastTransaction {
  private isAskedAgain = false;

  constructor(
    private readonly id: string,
    private readonly scope: TransactionScope,
    private readonly transactions: Transactions,
    private readonly ask: TransactionQuestions,
    private readonly cluster: TransactionCluster,
  ) {}

  async commit(commit: () => Promise<void>): Promise<void> {
    unanswered.set(this.id, this.producer());
    await commit();
    unanswered.delete(this.id);
  }

  /** @throws the driver's error */
  async commitAgain(): Promise<void> {
    await this.askToCommit(this.producer());
    unanswered.delete(this.id);
  }

  async endBefore(begin: () => Promise<void>): Promise<void> {
    const known = await this.ask.last();
    if (!known) return begin();
    // Before beginning, which ends an open one: that end would be lost, too, while a partition has no leader.
    const before = await this.ask.look(this.scope.topics, known.producerId);
    const { state, producerId } = await this.settled();
    const isCommit = state === COMMITTED || (state === BEGUN_ANEW && outcomes.get(this.id) === true);
    outcomes.set(this.id, isCommit);
    await begin();
    // When its epochs are used up an id gets another producer, which cannot end what the former one has begun.
    if (this.transactions.getProducerId() === producerId) {
      const hasEnded = state.startsWith(COMPLETE) || state === BEGUN_ANEW;
      // What was open may have been one of a former owner at work, which has ended since.
      const isClosed = hasEnded && before.open.length === 0;
      const found = isClosed ? await this.withPosition(before) : await this.find(producerId);
      await this.endAll(found, isCommit, state !== BEGUN_ANEW);
      // What was asked first may still arrive, and would end the next transaction; a new epoch refuses it.
      if (this.isAskedAgain) await begin();
    }
    outcomes.delete(this.id);
    unanswered.delete(this.id);
  }

  private async endAll(first: Found, isCommit: boolean, mayBeBlind: boolean): Promise<void> {
    let found = first;
    for (let ends = 0; ends < MOST_ENDS; ends++) {
      const isLost = found.open.length > 0 || found.isPositionOpen;
      // To end what is not open does no harm.
      const blindly = mayBeBlind && ends === 0 && (isLost || !isCommit) ? found.hidden : [];
      if (!isLost && blindly.length === 0) return;
      await this.end([...found.open, ...blindly], isCommit);
      await this.settled();
      const after = await this.find(this.transactions.getProducerId());
      // What stays unstable may be moved by the producer of another partition, which has to end that.
      if (found.open.length === 0 && after.isPositionOpen) return;
      if (isLost) {
        const outcome = isCommit ? 'committed' : 'aborted';
        this.scope.onLostMarkers({ transactionalId: this.id, outcome, partitions: found.open.length });
      }
      found = after;
    }
    if (found.open.length > 0) throw new LostMarkersError(`lost ${String(MOST_ENDS)} times`);
  }

  private async find(producerId: string): Promise<Found> {
    return this.withPosition(await this.ask.look(this.scope.topics, producerId));
  }

  private async withPosition(found: OpenTransaction): Promise<Found> {
    const { groupId, position } = this.scope;
    const isPositionOpen = position !== undefined && (await this.ask.isUnstable(groupId, position));
    return { ...found, isPositionOpen };
  }

  /**
   * How the last transaction stands, once its end is not on the way any more. Beginning would abort what this process
   * was to commit: see commit-again.ts.
   */
  private async settled() {
    return this.cluster.retrier(async () => {
      const last = await this.ask.last();
      const former = unanswered.get(this.id);
      if (former && last?.state === OPEN && isOf(last, former)) await this.askToCommit(former);
      else if (last && !last.state.startsWith(PREPARING)) return last;
      throw new Error('the transaction is being ended');
    });
  }

  private async askToCommit(producer: ProducerOfId): Promise<void> {
    try {
      const coordinator = await this.ask.findCoordinator();
      await coordinator.endTxn({ ...producer, transactionResult: true });
    } catch (error) {
      forgetSilent(this.cluster, error);
      throw error;
    }
  }

  /** Again as a whole when one of the requests fails: begun and not ended it would be aborted. */
  private end(partitions: readonly TopicPartition[], isCommit: boolean): Promise<void> {
    const producer = this.producer();
    const { groupId, position } = this.scope;
    const topics = byTopic(partitions, ({ partition }) => partition);
    let isAsked = false;
    return this.cluster.retrier(async () => {
      this.isAskedAgain ||= isAsked;
      isAsked = true;
      const coordinator = await this.ask.findCoordinator();
      try {
        if (topics.length > 0) await coordinator.addPartitionsToTxn({ ...producer, topics });
        if (position) await coordinator.addOffsetsToTxn({ ...producer, groupId });
        await coordinator.endTxn({ ...producer, transactionResult: isCommit });
      } catch (error) {
        // To kafkajs that is no reason to try again.
        throw isBusy(error) ? new Error('the coordinator is busy', { cause: error }) : error;
      }
    });
  }

  private producer(): ProducerOfId {
    return {
      transactionalId: this.id,
      producerId: this.transactions.getProducerId(),
      producerEpoch: this.transactions.getProducerEpoch(),
    };
  }
}

const isOf = (last: DescribedTransaction, { producerId, producerEpoch }: ProducerOfId) =>
  last.producerId === producerId && last.producerEpoch === producerEpoch;
