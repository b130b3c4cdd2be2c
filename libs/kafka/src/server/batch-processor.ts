import { lastValueFrom, type Observable } from 'rxjs';
import { AbortedError, untilAborted } from '../abort.js';
import type { ReplayKeys } from '../dead-letter/replay.js';
import type { Delivery } from '../delivery/delivery.js';
import { fit, MissingDeadLetterInterceptorError, UndeliverableError, type Written } from '../delivery/fit.js';
import type { TopicLimits } from '../delivery/topic-limits.js';
import type { FetchedBatch, GroupConsumer } from '../driver/group-consumer.js';
import { describeError, isFenced, isMembershipError, isUnable } from '../driver/kafka-client.js';
import { accessDelayMs } from '../driver/reconnect-delay.js';
import { accessFailure } from '../driver/security/access-failure.js';
import type { TransportEvents } from '../events.js';
import type { Deliverable } from '../outcome.js';
import { partitionKey, type InputRecord, type TopicPartition } from '../record.js';
import { dueAtOf, isFor } from '../retry/retry-headers.js';
import { BatchContext } from './batch-context.js';
import { summarize } from './batch-summary.js';
import { noteCommitted, noteFetched, type Assignment, type PartitionState } from './partition-state.js';
import type { PauseReason, PauseRegistry } from './pause-registry.js';
import type { BoundRoute, Handler } from './routes.js';

export interface ProcessorOptions {
  readonly groupId: string;
  /** Events of a batch in progress at once. */
  readonly concurrency: number;
  /** Milliseconds between heartbeats while a batch is in hand. */
  readonly heartbeatIntervalMs: number;
  /** Milliseconds that events of a batch are begun for; what is begun then is written, the others follow. */
  readonly batchBudgetMs: number;
  /** By which replays are told from forgeries. */
  readonly replays?: ReplayKeys;
  /** Milliseconds that one event may take. */
  readonly eventTimeoutMs: number;
}

/** Waits before a batch that could not be written is done again. */
const RETRY_DELAYS_MS = [100, 500, 1_000, 2_000, 5_000];

type Subscriber = (call: ReturnType<Handler>) => Observable<readonly Deliverable[]>;

/**
 * Takes one fetched batch through handler and delivery, or leaves it to be fetched again. A batch, or its first
 * records where the others are not due or not begun yet, is either written whole and advanced past, or not
 * advanced past at all.
 */
export class BatchProcessor {
  private readonly inHand = new Map<
    string,
    { readonly where: TopicPartition; readonly controller: AbortController }
  >();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(
    private readonly options: ProcessorOptions,
    private readonly assignment: Assignment,
    private readonly pauses: PauseRegistry,
    private readonly delivery: Delivery,
    private readonly limits: TopicLimits,
    private readonly events: TransportEvents,
    private readonly toObservable: Subscriber,
  ) {}

  /** @throws driver errors only, which make the consumer rejoin */
  process(batch: FetchedBatch, route: BoundRoute, consumer: GroupConsumer): Promise<void> {
    const state = this.assignment.get(batch);
    if (!state) return Promise.resolve();
    // When a leader moves, the new broker's fetch starts where the batch in hand did: one after the other.
    const turn = state.turn.then(() => this.take(batch, state, route, consumer));
    state.turn = turn.catch(() => undefined);
    return turn;
  }

  /** Gives up what is with the handlers; it is fetched again. What is being written is written. */
  abort(reason: string): void {
    for (const { controller } of this.inHand.values()) controller.abort(reason);
  }

  /** The same, of the partitions that are paused. */
  abortPaused(): void {
    for (const { where, controller } of this.inHand.values()) {
      if (this.pauses.isPaused(where)) controller.abort('paused');
    }
  }

  close(): void {
    this.abort('the service stops');
    for (const timer of this.timers) clearTimeout(timer);
  }

  private async take(
    batch: FetchedBatch,
    state: PartitionState,
    route: BoundRoute,
    consumer: GroupConsumer,
  ): Promise<void> {
    if (this.assignment.get(batch) !== state) return;
    noteFetched(state, batch);
    if (this.pauses.isPaused(batch)) {
      suspend(batch, state, consumer);
      return;
    }
    const abort = new AbortController();
    const heartbeats = this.keepAlive(batch, abort);
    this.inHand.set(partitionKey(batch), { where: batch, controller: abort });
    try {
      if (!(await this.isNext(state, batch, consumer))) return;
      const due = route.isRetry ? this.dueOf(batch, state, consumer) : batch;
      if (due) await this.run(due, state, route, abort.signal);
    } catch (error) {
      this.fail(batch, state, error);
    } finally {
      clearInterval(heartbeats);
      // A newer assignment may have a batch of the same partition in hand by now.
      if (this.inHand.get(partitionKey(batch))?.controller === abort) this.inHand.delete(partitionKey(batch));
    }
  }

  /** Whether the batch begins where this partition goes on; if it does not, the fetch is moved there. */
  private async isNext(
    state: PartitionState,
    batch: FetchedBatch,
    consumer: GroupConsumer,
  ): Promise<boolean> {
    if (!state.opened || !this.delivery.isOpen(batch)) {
      await batch.heartbeat();
      const start = await this.delivery.open(batch);
      state.opened = true;
      state.nextOffset = start;
      if (start !== undefined && start !== batch.fetchedOffset) {
        consumer.seek(batch, start);
        return false;
      }
    }
    if (state.nextOffset === undefined || batch.fetchedOffset === state.nextOffset) return true;
    consumer.seek(batch, state.nextOffset);
    return false;
  }

  /**
   * The records of a retry topic that are due. They became due in the order in which they were written, so that
   * the partition waits for the first one that is not.
   */
  private dueOf(
    batch: FetchedBatch,
    state: PartitionState,
    consumer: GroupConsumer,
  ): FetchedBatch | undefined {
    const now = Date.now();
    const { groupId } = this.options;
    const isOurs = (record: InputRecord) => isFor(record, groupId);
    const count = batch.records.findIndex((record) => isOurs(record) && dueAtOf(record) > now);
    if (count !== 0) {
      const due = count === -1 ? batch : firstOf(batch, count);
      return due.narrow(due.records.filter(isOurs));
    }
    this.pauseFor('retry-not-due', batch, dueAtOf(batch.records[0] as InputRecord) - now);
    suspend(batch, state, consumer);
    return undefined;
  }

  private async run(
    fetched: FetchedBatch,
    state: PartitionState,
    route: BoundRoute,
    signal: AbortSignal,
  ): Promise<void> {
    const { groupId, concurrency, replays } = this.options;
    const context = new BatchContext(fetched, groupId, signal, concurrency, route, this.options, replays);
    const [batch, written] = await this.toWritten(fetched, route, context, signal);
    if (this.assignment.get(batch) !== state || signal.aborted) return;
    await this.delivery.deliver(batch, written);
    if (this.assignment.get(batch) === state) {
      batch.advance();
      noteCommitted(state, batch);
    }
    if (written.length > 0) this.events.emit('committed', summarize(batch, written, context));
  }

  /**
   * What is to be written, for the records that have outcomes. The outcomes do not leave here: kept until all is
   * written, they would outlive a garbage collection.
   */
  private async toWritten(
    fetched: FetchedBatch,
    route: BoundRoute,
    context: BatchContext,
    signal: AbortSignal,
  ): Promise<[batch: FetchedBatch, written: readonly Written[]]> {
    // Where all of it waits for other groups, its position is written alone: one that stays behind is gone from
    // the topic one day.
    const outcomes =
      fetched.records.length > 0
        ? await untilAborted(this.handle(route.handler, context, fetched), signal)
        : [];
    const batch = outcomes.length < fetched.records.length ? firstOf(fetched, outcomes.length) : fetched;
    const written = batch.records.map((record, index) =>
      fit(record, outcomes[index] as Deliverable, route, context, this.limits),
    );
    return [batch, written];
  }

  private async handle(
    handler: Handler,
    context: BatchContext,
    batch: FetchedBatch,
  ): Promise<readonly Deliverable[]> {
    const outcomes = await lastValueFrom(this.toObservable(handler(batch.records, context)));
    context.checkOutcomes(outcomes, batch.records);
    return outcomes;
  }

  private keepAlive(batch: FetchedBatch, abort: AbortController): NodeJS.Timeout {
    return setInterval(() => {
      batch.heartbeat().catch(() => abort.abort('the partition is being given to others'));
    }, this.options.heartbeatIntervalMs);
  }

  /** The batch stays where it is in the topic: wait, then take it again. */
  private fail(batch: FetchedBatch, state: PartitionState, error: unknown): void {
    state.opened = false;
    if (isMembershipError(error)) {
      // That of a former membership has nothing to say about this one.
      if (this.assignment.get(batch) !== state) return;
      throw error;
    }
    if (error instanceof AbortedError) return;
    if (error instanceof UndeliverableError) {
      const { offset, target } = error;
      this.pauses.add('undeliverable', batch);
      this.events.emit('undeliverable', { topic: batch.topic, partition: batch.partition, offset, target });
      return;
    }
    state.refusal = accessFailure(error);
    const retryInMs = state.refusal
      ? accessDelayMs(state.failures)
      : (RETRY_DELAYS_MS[state.failures] ?? 5_000);
    state.failures++;
    // An outage of theirs, or a right that is lacking: a restart of this process would end neither.
    if (isUnable(error) || state.refusal) state.stuck = undefined;
    this.pauseFor('backing-off', batch, retryInMs);
    if (error instanceof MissingDeadLetterInterceptorError) {
      this.events.emit('fatal', { error });
      return;
    }
    const { topic, partition } = batch;
    // Losing a partition to another member is part of every rebalance: the next heartbeat tells.
    if (isFenced(error)) return;
    this.events.emit('batch-failed', { topic, partition, error: describeError(error), retryInMs });
  }

  private pauseFor(reason: PauseReason, { topic, partition }: TopicPartition, ms: number): void {
    const where = { topic, partition };
    this.pauses.add(reason, where);
    const end = () => {
      this.timers.delete(timer);
      this.pauses.remove(reason, where);
    };
    const timer = setTimeout(end, Math.min(ms, LONGEST_TIMER_MS));
    this.timers.add(timer);
  }
}

/** 24.8 days: with more, a timer of Node.js ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The batch without the records from `count` on, which are fetched again. */
const firstOf = (batch: FetchedBatch, count: number): FetchedBatch =>
  batch.narrow(batch.records.slice(0, count), BigInt((batch.records[count] as InputRecord).offset));

function suspend(batch: FetchedBatch, state: PartitionState, consumer: GroupConsumer): void {
  state.suspended = true;
  consumer.suspend(batch);
}
