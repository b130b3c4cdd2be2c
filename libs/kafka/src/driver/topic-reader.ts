import type { Kafka } from 'kafkajs';
import { AbortedError, untilAborted, withTimeLimit } from '../abort.js';
import type { InputRecord, TopicPartition } from '../record.js';
import { COMMITTED, createCluster, offsetsIn, type Cluster, type FetchedPartition } from './cluster.js';
import { committedRecords, nextOffsetOf } from './committed-records.js';
import type { VisitHeader } from './codec/record-decoder.js';
import { DISCONNECT_LIMIT_MS } from './connected.js';
import { withDriverDeadline } from './driver-deadline.js';
import { reconnectDelay } from './reconnect-delay.js';
import { partitionsOf } from './topic-metadata.js';

/** A record whose headers can also be gone through without making anything of them. */
export interface ReadRecord extends InputRecord {
  eachHeader(visit: VisitHeader): void;
}

/** What one fetch brought of one partition. */
export interface ReadBatch extends TopicPartition {
  /** Committed ones only, in the order of their offsets; none where only the start has moved. */
  readonly records: readonly ReadRecord[];
  /** The position before this batch; below that of the one before where the topic was made anew. */
  readonly position: bigint;
  /** The position after this batch, control and aborted records included. */
  readonly nextOffset: bigint;
  /** Offset of the first record that the partition still has. */
  readonly startOffset: bigint;
}

export interface TopicReaderOptions {
  readonly topic: string;
  /** Where to begin; a partition without an offset here begins at its first record. @default {} */
  readonly from?: ReadonlyMap<number, bigint>;
  /** Of a partition without an offset in `from`, at most so many records before its end. @default all */
  readonly last?: number;
  /** Bytes of one answer of a broker; a first batch that is larger comes anyway. @default 1 MiB */
  readonly fetchBytes?: number;
}

/** What is awaited holds the next fetch back. What it throws ends the reading. */
export interface TopicListener {
  /** Once, before anything else: how many offsets there are up to the end. */
  onStart?(offsets: number): void;
  onBatch(batch: ReadBatch): Promise<void> | void;
  /** Once: everything has been handed over that stood in the topic when reading began. */
  onEnd?(): void;
  /** The topic cannot be read, and is tried again; told after every failure. */
  onTrouble?(error: unknown): void;
  /** The topic is read, for the first time or after trouble. */
  onReadable?(): void;
}

/**
 * So long a fetch waits at the end of the topic for something new: longer, that idle topics are not asked all the time.
 * With leaders on several brokers what comes from one waits for the answers of the others.
 */
const WAIT_MS = 1_000;
const STOP_LIMIT_MS = 100;
/** New partitions and moved leaders are seen after this time and one more fetch. */
const METADATA_MAX_AGE_MS = 5_000;

/**
 * Reads all partitions of a topic without a consumer group, from given offsets to the end and then on. Positions
 * live in memory alone. Where records are gone, by retention or deletion, it goes on with the first one that is
 * there.
 */
export class TopicReader {
  private readonly positions: Map<number, bigint>;
  private readonly starts = new Map<number, string>();
  /** Where each partition ended when reading began; those that are reached are taken out. */
  private ends: Map<number, bigint> | undefined;
  private isAtEnd = false;
  private failures = 0;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: TopicReaderOptions,
    private readonly listener: TopicListener,
  ) {
    this.positions = new Map(options.from);
  }

  /** Reads until `signal` is aborted, whatever becomes of the brokers. @throws what the listener throws */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const cluster = createCluster(this.kafka, METADATA_MAX_AGE_MS);
      try {
        await this.readOn(cluster, signal);
      } catch (error) {
        if (error instanceof ListenerError) throw error.cause;
        if (error instanceof AbortedError) return;
        this.listener.onTrouble?.(error);
        await reconnectDelay(this.failures++, error, signal);
      } finally {
        await leave(cluster, signal);
      }
    }
  }

  /** One connection's time. @throws the driver's error, ListenerError, AbortedError */
  private async readOn(cluster: Cluster, signal: AbortSignal): Promise<void> {
    const ask = <T>(work: Promise<T>) => untilAborted(withDriverDeadline(work), signal);
    await ask(cluster.connect());
    await ask(cluster.addTargetTopic(this.options.topic));
    await ask(this.findPositions(cluster));
    let wasEmpty = false;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      await ask(cluster.refreshMetadataIfNecessary());
      const partitions = partitionsOf(cluster, this.options.topic);
      if (partitions.some((partition) => !this.positions.has(partition))) {
        await ask(this.findPositions(cluster));
      }
      // The first fetch tells whether the topic can be read, and is not to wait for that.
      const waitMs = wasEmpty && this.ends?.size === 0 ? WAIT_MS : 0;
      const leaders = cluster.findLeaderForPartitions(this.options.topic, partitions);
      const fetches = Object.entries(leaders).map(([nodeId, some]) =>
        this.fetch(cluster, nodeId, some, waitMs),
      );
      const answers = await ask(Promise.all(fetches));
      this.failures = 0;
      if (isFirst) await this.tell(() => this.listener.onReadable?.());
      wasEmpty = true;
      for (const answer of answers) if (await this.take(answer, signal)) wasEmpty = false;
      await this.checkEnd();
    }
  }

  private async findPositions(cluster: Cluster): Promise<void> {
    const { topic } = this.options;
    const partitions = partitionsOf(cluster, topic);
    const low = await offsetsIn(cluster, topic, partitions, 'first');
    const high = await offsetsIn(cluster, topic, partitions, 'end');
    for (const [partition, start] of low) {
      const end = high.get(partition) ?? start;
      const known = this.positions.get(partition);
      const { last } = this.options;
      if (known === undefined) {
        this.positions.set(partition, last === undefined ? start : max(start, end - BigInt(last)));
      } else if (known < start || known > end) {
        // Records are gone, or the topic was made anew, which listeners are told also while it is empty.
        this.positions.set(partition, start);
        this.starts.delete(partition);
      }
    }
    if (this.ends) {
      this.lowerEnds(this.ends, high);
      return;
    }
    this.ends = high;
    let offsets = 0n;
    for (const [partition, end] of high) offsets += end - (this.positions.get(partition) ?? end);
    await this.tell(() => this.listener.onStart?.(Number(offsets)));
  }

  /** A topic that was made anew may never get to where the former one ended. */
  private lowerEnds(ends: Map<number, bigint>, high: ReadonlyMap<number, bigint>): void {
    for (const [partition, awaited] of ends) {
      const end = high.get(partition);
      if (end === undefined) ends.delete(partition);
      else if (end < awaited) ends.set(partition, end);
    }
  }

  private async fetch(
    cluster: Cluster,
    nodeId: string,
    partitions: readonly number[],
    maxWaitTime: number,
  ): Promise<readonly FetchedPartition[]> {
    const { topic, fetchBytes: maxBytes = 1_048_576 } = this.options;
    const broker = await cluster.findBroker({ nodeId });
    const positions = partitions.map((partition) => ({
      partition,
      fetchOffset: String(this.positions.get(partition) ?? 0n),
      maxBytes,
    }));
    const { responses } = await broker.fetch({
      isolationLevel: COMMITTED,
      maxWaitTime,
      minBytes: 1,
      maxBytes,
      topics: [{ topic, partitions: positions }],
    });
    return responses.flatMap(({ partitions: fetched }) => fetched);
  }

  /** Whether a position has moved. */
  private async take(answer: readonly FetchedPartition[], signal: AbortSignal): Promise<boolean> {
    let hasMoved = false;
    const isEmpty = answer.every((one) => nextOffsetOf(one, this.positionOf(one)) === undefined);
    for (const one of answer) {
      if (signal.aborted) break;
      const position = this.positionOf(one);
      // Nothing up to the end of what is committed, where compaction has emptied all. Not so when other
      // partitions have taken up the answer.
      const next = nextOffsetOf(one, position) ?? max(position, isEmpty ? stableEnd(one) : 0n);
      const { lastStartOffset: start = '0' } = one;
      if (next <= position && this.starts.get(one.partition) === start) continue;
      this.starts.set(one.partition, start);
      const batch: ReadBatch = {
        topic: this.options.topic,
        partition: one.partition,
        records: committedRecords(one, position),
        position,
        nextOffset: next,
        startOffset: BigInt(start),
      };
      await this.tell(() => this.listener.onBatch(batch));
      this.positions.set(one.partition, next);
      hasMoved ||= next > position;
    }
    return hasMoved;
  }

  private async checkEnd(): Promise<void> {
    for (const [partition, end] of this.ends ?? []) {
      if ((this.positions.get(partition) ?? 0n) >= end) this.ends?.delete(partition);
    }
    if (this.isAtEnd || this.ends?.size !== 0) return;
    this.isAtEnd = true;
    await this.tell(() => this.listener.onEnd?.());
  }

  private positionOf({ partition }: FetchedPartition): bigint {
    return this.positions.get(partition) ?? 0n;
  }

  /** @throws ListenerError, which is no reason to try again */
  private async tell(call: () => unknown): Promise<void> {
    try {
      await call();
    } catch (error) {
      throw new ListenerError(error);
    }
  }
}

/** A reader that stops does not wait for its fetch, which may be waiting for something new. */
async function leave(cluster: Cluster, { aborted }: AbortSignal): Promise<void> {
  await withTimeLimit(cluster.disconnect(), aborted ? STOP_LIMIT_MS : DISCONNECT_LIMIT_MS);
}

class ListenerError extends Error {
  override readonly name = 'ListenerError';

  constructor(override readonly cause: unknown) {
    super('the listener failed');
  }
}

const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const stableEnd = ({ lastStableOffset, highWatermark }: FetchedPartition): bigint =>
  BigInt(lastStableOffset ?? highWatermark);
