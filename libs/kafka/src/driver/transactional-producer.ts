import type { Kafka, Producer, Transaction } from 'kafkajs';
import { AbortedError, withDeadline, withTimeLimit } from '../abort.js';
import type { OutgoingRecord, TopicPartition } from '../record.js';
import { byTopic } from '../group-by.js';
import type { Compression } from './codec/compression.js';
import type { GroupMembership } from './codec/group-requests.js';
import { commitAgain } from './commit-again.js';
import { compressionType } from './compression-type.js';
import { DISCONNECT_LIMIT_MS } from './connected.js';
import { committedBy } from './group-transactions.js';
import { isBusy } from './known-coordinators.js';
import { askToCommit, withScope, type TransactionScope } from './lost-markers.js';
import { createPartitioner, toTopicMessages } from './messages.js';
import { tryAgain } from './try-again.js';

export interface TransactionalOptions extends TransactionScope {
  /** Who takes the same id later shuts out whoever had it before. */
  readonly transactionalId: string;
  /** Milliseconds until the broker aborts a transaction that nobody ends; 20,000 at least. */
  readonly transactionTimeoutMs: number;
  /** Milliseconds until a request to a broker counts as failed. */
  readonly requestTimeoutMs: number;
  readonly compression?: Compression;
}

type Write = (send: (records: readonly OutgoingRecord[]) => Promise<unknown>) => Promise<void>;

/** Where a group goes on in a partition. */
interface Position extends TopicPartition {
  readonly offset: bigint;
}

export type TransactionOutcome = 'committed' | 'aborted' | 'unknown';

/** A transaction was not committed for certain; the producer is of no use any more. */
export class TransactionError extends Error {
  override readonly name = 'TransactionError';

  /** @param outcome `unknown` when the commit itself failed: the committed offset tells what became of it */
  constructor(
    readonly outcome: Exclude<TransactionOutcome, 'committed'>,
    override readonly cause: unknown,
  ) {
    super(`the transaction's outcome is ${outcome}`);
  }
}

const ABORT_LIMIT_MS = 2_000;
/** A commit that is on its way when its coordinator is killed must outlast the 9 s until the next one takes over. */
const MIN_TRANSACTION_MS = 20_000;
/**
 * After a commit the coordinator is busy with the markers for some milliseconds and refuses the next
 * transaction; after this first delay it is tried again.
 */
const RETRY = { initialRetryTime: 5, multiplier: 2, maxRetryTime: 1_000, retries: 9 };
const BUSY_WAITS_MS = Array.from({ length: RETRY.retries }, (_, index) =>
  Math.min(RETRY.initialRetryTime * RETRY.multiplier ** index, RETRY.maxRetryTime),
);

/**
 * Writes transactions of records and positions of the group. One transaction at a time, and none after one has failed:
 * what became of that one, only a new producer with the same id can find out.
 */
export class TransactionalProducer {
  private begun: Transaction | undefined;
  private abandoned = false;
  private readonly closing = new AbortController();
  private spent = false;
  private working: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly producer: Producer,
    private readonly options: TransactionalOptions,
    first: Transaction,
  ) {
    this.begun = first;
  }

  /**
   * When it resolves, every former producer of the same id is shut out and its open transaction has ended, so
   * that offsets read from now on are final. @throws the driver's error
   */
  static async open(kafka: Kafka, given: TransactionalOptions): Promise<TransactionalProducer> {
    const transactionTimeoutMs = Math.max(given.transactionTimeoutMs, MIN_TRANSACTION_MS);
    const options = { ...given, transactionTimeoutMs };
    const producer = kafka.producer({
      transactionalId: options.transactionalId,
      transactionTimeout: transactionTimeoutMs,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner,
      retry: RETRY,
    });
    try {
      await producer.connect();
      // Beginning the first transaction is what shuts out the others (InitProducerId); connecting is not.
      const first = await withScope(options, () => producer.transaction());
      return new TransactionalProducer(producer, options, first);
    } catch (error) {
      await withTimeLimit(producer.disconnect(), DISCONNECT_LIMIT_MS);
      throw error;
    }
  }

  /**
   * Commits what `write` sends, together with positions of the group; all or nothing. Those of partitions other
   * than this producer's own are safe only with the member that has fetched them.
   * @throws TransactionError with what `write` or the driver threw as its cause
   */
  commit(positions: readonly Position[], write: Write, member?: GroupMembership): Promise<void> {
    return this.keep(write, positions, member);
  }

  /** The same without a position of the group. @throws TransactionError */
  commitRecords(write: Write): Promise<void> {
    return this.keep(write, []);
  }

  /** The transaction in hand is not committed any more, unless its commit is on the way already. */
  abandon(): void {
    this.abandoned = true;
  }

  /** Even when the last transaction was committed, the next one takes a new producer with the same id. */
  get isSpent(): boolean {
    return this.spent;
  }

  /** Waits for the transaction in hand, for a while. */
  async close(): Promise<void> {
    await withTimeLimit(this.working, this.options.requestTimeoutMs);
    this.closing.abort();
    const disconnect = () => withTimeLimit(this.producer.disconnect(), DISCONNECT_LIMIT_MS);
    await disconnect();
    // A question that was on its way may have connected anew.
    if (this.spent) void this.working.then(disconnect);
  }

  private keep(write: Write, positions: readonly Position[], member?: GroupMembership): Promise<void> {
    const work = this.run(write, positions, member);
    this.working = work.catch(() => undefined);
    return work;
  }

  private async run(write: Write, positions: readonly Position[], member?: GroupMembership): Promise<void> {
    const transaction = this.begun ?? (await this.begin());
    this.begun = undefined;
    try {
      await write((records) =>
        transaction.sendBatch({
          acks: -1,
          timeout: this.options.requestTimeoutMs,
          compression: compressionType(this.options.compression),
          topicMessages: toTopicMessages(records),
        }),
      );
      if (positions.length > 0) await this.sendPositions(transaction, positions, member);
      if (this.abandoned) throw new AbortedError('the transaction was given up');
    } catch (error) {
      // Spares readers the wait until the broker or the next owner ends it.
      await withTimeLimit(transaction.abort(), ABORT_LIMIT_MS);
      throw new TransactionError('aborted', error);
    }
    try {
      await transaction.commit();
    } catch (failure) {
      // What was asked first may still arrive, and would commit the next transaction half-way; a new epoch refuses it.
      this.spent = true;
      const ask = () => withDeadline(askToCommit(this.options), this.options.requestTimeoutMs);
      try {
        await commitAgain(ask, failure, MIN_TRANSACTION_MS, this.closing.signal);
      } catch (error) {
        throw new TransactionError('unknown', error);
      }
    }
  }

  private async sendPositions(
    transaction: Transaction,
    positions: readonly Position[],
    member?: GroupMembership,
  ): Promise<void> {
    const topics = byTopic(positions, ({ partition, offset }) => ({ partition, offset: String(offset) }));
    const commit = {
      consumerGroupId: this.options.groupId,
      topics: member ? committedBy(member, topics) : topics,
    };
    // The first request of a transaction may meet a busy coordinator. Without records it is this one, and kafkajs does
    // not try it again.
    await tryAgain(
      () => transaction.sendOffsets(commit),
      (error) => isBusy(error) && !this.abandoned,
      BUSY_WAITS_MS,
    );
  }

  private async begin(): Promise<Transaction> {
    try {
      return await this.producer.transaction();
    } catch (error) {
      throw new TransactionError('aborted', error);
    }
  }
}
