import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { AbortedError, untilSuccess, withTimeLimit } from '../abort.js';
import type { Delivery } from '../delivery/delivery.js';
import type { TopicLimits } from '../delivery/topic-limits.js';
import { BrokerProbe } from '../driver/broker-probe.js';
import { CommittedOffsets } from '../driver/committed-offsets.js';
import { GroupConsumer, type FetchedBatch } from '../driver/group-consumer.js';
import { describeError, type Kafka } from '../driver/kafka-client.js';
import { reconnectDelay } from '../driver/reconnect-delay.js';
import { accessFailure, type AccessFailure } from '../driver/security/access-failure.js';
import { ensureTopics, MissingTopicError } from '../driver/topics.js';
import type { TransportEvents } from '../events.js';
import type { TopicPartition } from '../record.js';
import { BatchProcessor } from './batch-processor.js';
import type { KafkaBatchOptions } from './kafka-batch-options.js';
import { LostPosition } from './lost-position.js';
import { Membership } from './membership.js';
import { Assignment, noteSkipped } from './partition-state.js';
import { PauseRegistry } from './pause-registry.js';
import { bindRoutes, topicsOf, type BoundRoute } from './routes.js';
import { StallWatch } from './stall-watch.js';
import { StartPosition } from './start-position.js';
import { describeTransport, type TransportStatus } from './transport-status.js';

/** Transport id for `@EventPattern(name, KAFKA_BATCH)`. */
export const KAFKA_BATCH = Symbol('kafka-batch');

/** How long a batch with the handlers may go on after a pause. */
const PAUSE_GRACE_MS = 500;

/**
 * Nest transport that takes whole batches of a partition through one handler call and one delivery.
 * Keys, values and headers stay bytes until the handler decodes them.
 */
export class KafkaBatchServer extends Server implements CustomTransportStrategy {
  override readonly transportId = KAFKA_BATCH;
  private readonly pauses = new PauseRegistry();
  private readonly assignment = new Assignment();
  private readonly stopping = new AbortController();
  private readonly processor: BatchProcessor;
  private readonly consumer: GroupConsumer;
  private readonly probe: BrokerProbe;
  private readonly offsets: CommittedOffsets;
  private readonly startPosition: StartPosition;
  private readonly lostPosition: LostPosition;
  private readonly stalls = new StallWatch(this.assignment, this.pauses);
  private readonly topics;
  private routes: ReadonlyMap<string, BoundRoute> = new Map();
  private running: Promise<void> = Promise.resolve();
  private retrying: Promise<void> | undefined;
  private readonly membership: Membership;
  /** Why the group cannot be joined; undefined when it is, or for other causes. */
  private refusal: AccessFailure | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: KafkaBatchOptions,
    private readonly delivery: Delivery,
    private readonly limits: TopicLimits,
    private readonly events: TransportEvents,
  ) {
    super();
    this.topics = topicsOf(options.routes);
    this.membership = new Membership(options.sessionTimeoutMs);
    this.processor = new BatchProcessor(
      options,
      this.assignment,
      this.pauses,
      delivery,
      limits,
      events,
      (call) => this.transformToObservable(call) as ReturnType<typeof this.transformToObservable<never>>,
    );
    this.consumer = new GroupConsumer(
      kafka,
      { ...options, topics: this.topics.inputs, retryTopics: this.topics.retries },
      {
        onBatch: (batch) => this.onBatch(batch),
        beforeFetch: () => this.delivery.pace(this.stopping.signal),
        onJoined: (partitions) => this.onJoined(partitions),
        onLeft: () => this.onLeft(),
        onHeartbeat: () => this.onHeartbeat(),
        onSkipped: (partition, nextOffset) => this.onSkipped(partition, nextOffset),
        onOutOfRange: (partition, offset) => void this.lostPosition.stop(partition, offset),
        onCrash: (error, restarting) => this.onCrash(error, restarting),
      },
    );
    this.probe = new BrokerProbe(
      kafka,
      () => this.topics.all,
      (ends) => this.noteEnds(ends),
      () => this.stalls.forget(),
    );
    this.offsets = new CommittedOffsets(kafka, options.groupId);
    this.startPosition = new StartPosition(
      this.offsets,
      this.consumer,
      this.assignment,
      this.stopping.signal,
    );
    this.lostPosition = new LostPosition(
      {
        reset: options.resetLostPositions,
        fromBeginning: options.fromBeginning,
        retryTopics: this.topics.retries,
      },
      this.offsets,
      this.consumer,
      this.assignment,
      this.pauses,
      events,
      this.stopping.signal,
    );
    this.pauses.onChange(() => this.resumeFree());
  }

  /** @see RoutingError, which stops the start */
  listen(callback: (error?: unknown) => void): void {
    try {
      this.routes = bindRoutes(this.getHandlers(), this.options.routes);
    } catch (error) {
      callback(error);
      return;
    }
    this.probe.start();
    this.running = this.run();
    callback();
  }

  async close(): Promise<void> {
    this.stopping.abort();
    this.processor.close();
    // What is being written gets most of the time, leaving the group the rest.
    const limit = Math.max(1_000, this.options.shutdownTimeoutMs - 3_000);
    await this.consumer.stop(limit);
    await Promise.all([
      withTimeLimit(this.running, 500),
      this.probe.stop(),
      withTimeLimit(this.offsets.close(), 1_000),
      withTimeLimit(this.delivery.close(), 1_000),
    ]);
  }

  /** Takes no further events. What is in hand is finished, or given up after half a second. */
  pause(): void {
    this.pauses.add('operator');
    setTimeout(() => this.processor.abortPaused(), PAUSE_GRACE_MS).unref();
  }

  /** The same for the partitions with these numbers, of every topic; others that were paused so run again. */
  pausePartitions(numbers: ReadonlySet<number>): void {
    this.pauses.pauseNumbers(numbers);
    setTimeout(() => this.processor.abortPaused(), PAUSE_GRACE_MS).unref();
  }

  /** Ends the pause of the whole instance, and takes up what waited for an operator. */
  resume(): void {
    this.releaseHeld();
    this.endPause();
  }

  /** Takes up what waited for an operator: a flood, what could not be delivered, what is gone. Pauses go on. */
  releaseHeld(): void {
    this.retrying ??= this.retryUndeliverable().finally(() => (this.retrying = undefined));
    void this.lostPosition.resume();
    this.events.emit('resumed');
    this.pauses.remove('flood');
  }

  /** Ends the pause of the whole instance alone: what waits for an operator's decision goes on waiting. */
  endPause(): void {
    this.pauses.remove('operator');
  }

  /**
   * Takes no further events until it is released. With `circuit`, what is with the handlers is given up and handled
   * again; with `flood`, only `resume` releases.
   */
  hold(reason: 'circuit' | 'flood'): void {
    this.pauses.add(reason);
    if (reason === 'circuit') this.processor.abort('a circuit is open');
  }

  release(reason: 'circuit'): void {
    this.pauses.remove(reason);
  }

  describe(): TransportStatus {
    const member = this.membership.isAlive;
    const brokerAnswers = this.probe.isAnswering;
    const refused = [this.refusal, this.probe.refusal];
    return describeTransport(this.assignment, this.pauses, this.stalls, { member, brokerAnswers, refused });
  }

  override on(): never {
    throw new Error('listen to the TransportEvents instead');
  }

  override unwrap<T>(): T {
    throw new Error('the driver is not exposed');
  }

  /** The limits of the topics may have been raised since they were read: that is what an operator can do. */
  private async retryUndeliverable(): Promise<void> {
    const waits = this.assignment
      .all()
      .some((state) => this.pauses.reasonsOf(state).includes('undeliverable'));
    if (!waits) return;
    await untilSuccess(async () => {
      const { maxMessageBytes } = await ensureTopics(this.kafka, [], this.topics.all);
      this.limits.replace(maxMessageBytes);
      this.pauses.clear('undeliverable');
    }, this.stopping.signal);
  }

  private async run(): Promise<void> {
    try {
      await this.prepareTopics();
      await this.options.beforeJoining?.(this.stopping.signal);
      if (!this.options.fromBeginning) this.startPosition.begin(this.topics.inputs, this.topics.retries);
      await this.consumer.start(this.stopping.signal);
    } catch (error) {
      if (error instanceof AbortedError || this.stopping.signal.aborted) return;
      this.events.emit('fatal', { error: error as Error });
    }
  }

  /** Waits for a broker as long as it takes. @throws MissingTopicError, AbortedError */
  private async prepareTopics(): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      try {
        const report = await ensureTopics(this.kafka, this.options.createTopics, this.topics.all);
        report.maxMessageBytes.forEach((bytes, topic) => this.limits.set(topic, bytes));
        this.events.emit('topics', report);
        return;
      } catch (error) {
        if (error instanceof MissingTopicError) throw error;
        this.disconnected(error);
        await reconnectDelay(attempt, error, this.stopping.signal);
      }
    }
    throw new AbortedError('stopped before a broker answered');
  }

  private async onBatch(batch: FetchedBatch): Promise<void> {
    const route = this.routes.get(batch.topic);
    if (route && !this.stopping.signal.aborted) await this.processor.process(batch, route, this.consumer);
  }

  private onJoined(partitions: readonly TopicPartition[]): void {
    this.membership.joined();
    this.refusal = undefined;
    this.pauses.keep(partitions);
    this.assignment.replace(partitions);
    this.probe.refresh();
    this.delivery.assigned(partitions);
    if (!this.options.fromBeginning) this.startPosition.secureAll();
    this.events.emit('joined', { partitions: partitions.length });
  }

  private onSkipped(partition: TopicPartition, nextOffset: bigint): void {
    const state = this.assignment.get(partition);
    if (state) noteSkipped(state, nextOffset);
  }

  private onLeft(): void {
    if (!this.membership.left()) return;
    this.processor.abort('the group membership ended');
    this.events.emit('left');
  }

  private onHeartbeat(): void {
    if (this.membership.heard()) this.events.emit('stayed');
  }

  private onCrash(error: Error, restarting: boolean): void {
    if (this.stopping.signal.aborted) return;
    if (restarting) this.disconnected(error);
    else this.events.emit('fatal', { error });
  }

  private disconnected(error: unknown): void {
    this.refusal = accessFailure(error);
    this.events.emit('disconnected', { error: describeError(error) });
  }

  private noteEnds(ends: readonly (TopicPartition & { highWatermark: bigint })[]): void {
    for (const end of ends) {
      const state = this.assignment.get(end);
      if (state) state.highWatermark = end.highWatermark;
    }
    this.stalls.look();
  }

  private resumeFree(): void {
    for (const state of this.assignment.all()) {
      if (!state.suspended || this.pauses.isPaused(state)) continue;
      state.suspended = false;
      this.consumer.resume(state);
    }
  }
}
