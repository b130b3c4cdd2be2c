import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { InputRecord, TopicPartition } from '../record.js';
import { abortableDelay, withTimeLimit } from '../abort.js';
import type { GroupMembership } from './codec/group-requests.js';
import { withDriverDeadline } from './driver-deadline.js';
import { assignerTelling } from './group-members.js';
import { gateFetches, GROUP_GENERATION } from './group-generation.js';
import { accessDelayMs, reconnectDelay } from './reconnect-delay.js';
import { accessFailure } from './security/access-failure.js';
import { OFFSET_OUT_OF_RANGE, type PositionOutOfRange } from './offset-out-of-range.js';

/** What one fetch brought of one partition. */
export interface FetchedBatch extends TopicPartition {
  readonly records: readonly InputRecord[];
  /** The position that was asked for; records below it were dropped. */
  readonly fetchedOffset: bigint;
  /** The position after this batch, control and aborted records included. */
  readonly nextOffset: bigint;
  /** End of the partition when the batch was fetched. */
  readonly highWatermark: bigint;
  /** Who has fetched it. */
  readonly member: GroupMembership | undefined;
  /** Sends a heartbeat when one is due. @throws the driver's error when the group is rebalancing */
  heartbeat(): Promise<void>;
  /** The batch with some of its records; those from `nextOffset` on, if it is given, are fetched again. */
  narrow(records: readonly InputRecord[], nextOffset?: bigint): FetchedBatch;
  /** Commits `nextOffset` for the group. */
  commit(): Promise<void>;
  /** Makes the next fetch start at `nextOffset`. A batch not advanced past is fetched again. */
  advance(): void;
}

export interface GroupConsumerOptions {
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  /** Further topics, which are always read from their first record on. */
  readonly retryTopics: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** Milliseconds that a fetch waits for more records; 0 takes what there is. */
  readonly lingerMs: number;
  /** Bytes of one answer of a broker, and of one partition in it; a first record that is larger comes anyway. */
  readonly fetchMaxBytes: number;
  readonly partitionFetchBytes: number;
  /** More partitions than this per instance share the workers; each worker holds one batch. */
  readonly concurrentPartitions: number;
  /** What this member tells the others of itself. @default nothing */
  readonly memberData?: Buffer;
}

export interface GroupListener {
  /** Only driver errors may escape: they make the consumer rejoin. */
  onBatch(batch: FetchedBatch): Promise<void>;
  /** A fetch begins once it has resolved. Must not reject. */
  beforeFetch(): Promise<void>;
  onJoined(assignment: readonly TopicPartition[]): void;
  /** The membership ended or is being negotiated anew. */
  onLeft(): void;
  onHeartbeat(): void;
  /** What was fetched is nothing to hand out, markers of transactions only; the fetch goes on at `nextOffset`. */
  onSkipped(partition: TopicPartition, nextOffset: bigint): void;
  /** The partition has no `offset` to go on from. It is asked for again and again until it is suspended. */
  onOutOfRange(partition: TopicPartition, offset: bigint): void;
  /** The driver gave up on this connection; with `restarting` it begins anew by itself. */
  onCrash(error: Error, restarting: boolean): void;
}

/** Bounds how long a pause, a resume or a leave waits for a running fetch. */
const MAX_FETCH_WAIT_MS = 500;
/** Until the topics are looked at again, for partitions that were added; kafkajs would take five minutes. */
const METADATA_MAX_AGE_MS = 5_000;
const RESTART_DELAY_MS = 1_000;
/** kafkajs takes these crashes for final, though a cluster that comes up or loses a broker causes them. */
const PASSING_CRASHES: ReadonlySet<string> = new Set(['KafkaJSGroupCoordinatorNotFound']);
const RETRY = { initialRetryTime: 100, multiplier: 2, maxRetryTime: 2_000, retries: 5 };

/** A member of a consumer group that hands out whole batches and leaves every decision to its listener. */
export class GroupConsumer {
  private readonly consumer: Consumer;
  private readonly stopping = new AbortController();
  private running = false;
  private member: GroupMembership | undefined;
  /** Crashes for lack of access since the last join. */
  private refusals = 0;

  constructor(
    kafka: Kafka,
    private readonly options: GroupConsumerOptions,
    private readonly listener: GroupListener,
  ) {
    this.consumer = kafka.consumer({
      groupId: options.groupId,
      partitionAssigners: [assignerTelling(options.memberData ?? Buffer.alloc(0))],
      sessionTimeout: options.sessionTimeoutMs,
      heartbeatInterval: options.heartbeatIntervalMs,
      rebalanceTimeout: Math.max(options.sessionTimeoutMs, 60_000),
      maxWaitTimeInMs:
        options.lingerMs > 0 ? Math.min(options.lingerMs, MAX_FETCH_WAIT_MS) : MAX_FETCH_WAIT_MS,
      // A lingering fetch waits for as much as it may bring of one partition.
      minBytes: options.lingerMs > 0 ? options.partitionFetchBytes : 1,
      maxBytesPerPartition: options.partitionFetchBytes,
      maxBytes: options.fetchMaxBytes,
      readUncommitted: false,
      allowAutoTopicCreation: false,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      retry: { ...RETRY, restartOnFailure: () => Promise.resolve(true) },
    });
    this.listen();
  }

  /** Joins the group, waiting for a broker as long as it takes. Ends early when `signal` is aborted. */
  async start(signal: AbortSignal): Promise<void> {
    await this.connect(signal);
    if (signal.aborted) return;
    this.running = true;
    await this.run();
  }

  /** Leaves the group after the batches in hand; gives up waiting after `timeLimitMs`. */
  async stop(timeLimitMs: number): Promise<void> {
    this.running = false;
    this.stopping.abort();
    await withTimeLimit(this.consumer.disconnect(), timeLimitMs);
  }

  /** Takes a partition out of the fetches, until it is resumed or the group joined anew. */
  suspend({ topic, partition }: TopicPartition): void {
    this.whileRunning(() => this.consumer.pause([{ topic, partitions: [partition] }]));
  }

  resume({ topic, partition }: TopicPartition): void {
    this.whileRunning(() => this.consumer.resume([{ topic, partitions: [partition] }]));
  }

  seek({ topic, partition }: TopicPartition, offset: bigint): void {
    this.whileRunning(() => this.consumer.seek({ topic, partition, offset: String(offset) }));
  }

  private run(): Promise<void> {
    return this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.options.concurrentPartitions,
      eachBatch: (payload) => this.listener.onBatch(toFetchedBatch(payload, this.member)),
    });
  }

  private async restart(error: unknown): Promise<void> {
    const delayMs = accessFailure(error) ? accessDelayMs(this.refusals++) : RESTART_DELAY_MS;
    await abortableDelay(delayMs, this.stopping.signal);
    if (!this.stopping.signal.aborted) await this.run();
  }

  /** kafkajs has no group to act on before it joined and between a crash and its restart. */
  private whileRunning(action: () => void): void {
    if (!this.running) return;
    try {
      action();
    } catch (error) {
      if (!(error instanceof Error && error.name === 'KafkaJSNonRetriableError')) throw error;
    }
  }

  /** Commits a position outside of any batch; does nothing while the consumer stops. @throws the driver's error */
  commit({ topic, partition }: TopicPartition, offset: bigint): Promise<void> {
    return withDriverDeadline(this.consumer.commitOffsets([{ topic, partition, offset: String(offset) }]));
  }

  private async connect(signal: AbortSignal): Promise<void> {
    const { topics, fromBeginning, retryTopics } = this.options;
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        await this.consumer.connect();
        await this.consumer.subscribe({ topics: [...topics], fromBeginning });
        if (retryTopics.length > 0) {
          await this.consumer.subscribe({ topics: [...retryTopics], fromBeginning: true });
        }
        return;
      } catch (error) {
        this.listener.onCrash(error as Error, true);
        await reconnectDelay(attempt, error, signal);
      }
    }
  }

  private listen(): void {
    const { consumer } = this;
    const { events } = consumer;
    consumer.on(events.GROUP_JOIN, ({ payload }) => {
      const assignment = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      // kafkajs keeps what was suspended in an earlier membership, also where the partition was away meanwhile.
      for (const partition of assignment) this.resume(partition);
      this.refusals = 0;
      this.listener.onJoined(assignment);
    });
    consumer.on(events.HEARTBEAT, () => this.listener.onHeartbeat());
    consumer.on(events.END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      if (batchSize === 0) this.listener.onSkipped({ topic, partition }, BigInt(lastOffset) + 1n);
    });
    const added = consumer as unknown as AddedEvents;
    added.on(OFFSET_OUT_OF_RANGE, ({ payload: { topic, partition, offset } }) =>
      this.listener.onOutOfRange({ topic, partition }, BigInt(offset)),
    );
    added.on(GROUP_GENERATION, ({ payload }) => {
      this.member = payload;
      gateFetches(payload, () => this.listener.beforeFetch());
    });
    consumer.on(events.REBALANCING, () => this.listener.onLeft());
    consumer.on(events.STOP, () => this.listener.onLeft());
    consumer.on(events.CRASH, ({ payload: { error, restart } }) => {
      const passing = this.running && isPassing(error);
      this.listener.onLeft();
      this.listener.onCrash(error, restart || passing);
      if (passing && !restart) {
        this.restart(error).catch((failure: unknown) => this.listener.onCrash(failure as Error, false));
      }
    });
  }
}

/** kafkajs' types do not know the events that were added to it. */
interface AddedEvents {
  on(
    event: typeof OFFSET_OUT_OF_RANGE,
    listener: (event: { readonly payload: PositionOutOfRange }) => void,
  ): void;
  on(event: typeof GROUP_GENERATION, listener: (event: { readonly payload: GroupMembership }) => void): void;
}

/** Whether the error, or one that it wraps, passes by itself. */
function isPassing(error: unknown): boolean {
  // Access may be given back, and a certificate or token renewed, while this process waits.
  if (accessFailure(error)) return true;
  for (let current = error; current instanceof Error; current = current.cause) {
    if (PASSING_CRASHES.has(current.name)) return true;
  }
  return false;
}

function toFetchedBatch(payload: EachBatchPayload, member: GroupMembership | undefined): FetchedBatch {
  const { batch } = payload;
  // Our codec decodes headers into an ordered list; kafkajs' types know only its own form.
  const records = batch.messages as unknown as readonly InputRecord[];
  return fetchedBatch(payload, member, records, BigInt(batch.lastOffset()) + 1n);
}

function fetchedBatch(
  payload: EachBatchPayload,
  member: GroupMembership | undefined,
  records: readonly InputRecord[],
  nextOffset: bigint,
): FetchedBatch {
  const { batch } = payload;
  const { topic, partition } = batch;
  return {
    topic,
    partition,
    records,
    fetchedOffset: BigInt((batch as unknown as { fetchedOffset: string }).fetchedOffset),
    nextOffset,
    highWatermark: BigInt(batch.highWatermark),
    member,
    narrow: (some, next = nextOffset) => fetchedBatch(payload, member, some, next),
    heartbeat: () => payload.heartbeat(),
    // Not consumer.commitOffsets: that one returns in silence, without committing, while the consumer stops.
    commit: () =>
      withDriverDeadline(
        payload.commitOffsetsIfNecessary({
          topics: [{ topic, partitions: [{ partition, offset: String(nextOffset) }] }],
        }),
      ),
    advance: () => {
      try {
        payload.resolveOffset(String(nextOffset - 1n));
      } catch (error) {
        // kafkajs fails on a topic that has left the assignment meanwhile: there is nothing to advance then.
        if (!(error instanceof TypeError)) throw error;
      }
    },
  };
}
