import type { Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import type { InputRecord } from '../record.js';
import { COMMITTED, createCluster, type Cluster, type FetchedPartition } from './cluster.js';
import { committedRecords, nextOffsetOf } from './committed-records.js';
import { DISCONNECT_LIMIT_MS } from './connected.js';
import { withDriverDeadline } from './driver-deadline.js';
import { errorCode } from './error-code.js';

interface RecordPosition {
  readonly partition: number;
  readonly offset: number;
}

export interface FoundRecord extends RecordPosition {
  readonly record: InputRecord;
}

const METADATA_MAX_AGE_MS = 5_000;
const TRIES = 3;
/** A fetch for one record, and for some that stand side by side. */
const FEW_BYTES = 65_536;
const MANY_BYTES = 1_048_576;
/** Offsets within which records count as side by side. */
const NEAR = 64;
const WAIT_MS = 100;

/** What one fetch brought. */
export interface FoundRecords {
  readonly found: readonly FoundRecord[];
  /** How many of the positions, in their order, have not been looked for yet. */
  readonly left: number;
}

/** Reads single records of a topic by their offsets, committed ones only. One fetch at a time. */
export class RecordLookup {
  private cluster: Cluster | undefined;
  private last: Promise<unknown> = Promise.resolve();

  /** @param readUpTo by partition, an offset below which the topic is known to have had records */
  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly readUpTo: ReadonlyMap<number, number> = new Map(),
  ) {}

  /**
   * The records at these positions, which are in the order of partition and offset; those that are not there any
   * more are left out. They come fetch by fetch, as all of them may be too large for the memory.
   * @throws the driver's error
   */
  async *read(positions: readonly RecordPosition[]): AsyncGenerator<FoundRecords> {
    for (let at = 0; at < positions.length;) {
      const { partition } = positions[at] as RecordPosition;
      const next = positions.findIndex((one, index) => index > at && one.partition !== partition);
      const end = next === -1 ? positions.length : next;
      const offsets = positions.slice(at, end).map(({ offset }) => offset);
      const { found, passed } = await this.inTurn(() => this.readSome(partition, offsets));
      at += passed;
      yield { found, left: positions.length - at };
    }
  }

  async close(): Promise<void> {
    const { cluster } = this;
    this.cluster = undefined;
    if (cluster) await withTimeLimit(cluster.disconnect(), DISCONNECT_LIMIT_MS);
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** What one fetch brings of the first of these offsets and some behind it; `passed` are done with. */
  private async readSome(partition: number, offsets: readonly number[]) {
    const first = offsets[0] as number;
    const isNear = (offsets[1] ?? Infinity) - first < NEAR;
    const fetched = await this.fetch(partition, BigInt(first), isNear ? MANY_BYTES : FEW_BYTES);
    const wanted = new Set(offsets);
    const found = (fetched ? committedRecords(fetched, BigInt(first)) : [])
      .map((record): FoundRecord => ({ partition, offset: Number(record.offset), record }))
      .filter(({ offset }) => wanted.has(offset));
    // Nothing there: this one is gone.
    const next = Number((fetched && nextOffsetOf(fetched, BigInt(first))) ?? first + 1);
    const passed = offsets.findIndex((offset) => offset >= next);
    return { found, passed: passed === -1 ? offsets.length : passed };
  }

  /** Undefined where the partition has no such offset any more. */
  private async fetch(
    partition: number,
    offset: bigint,
    maxBytes: number,
  ): Promise<FetchedPartition | undefined> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await withDriverDeadline(this.fetchNow(partition, offset, maxBytes));
      } catch (error) {
        if (errorCode(error) === 'OFFSET_OUT_OF_RANGE') return undefined;
        await this.close();
        if (attempt === TRIES) throw error;
      }
    }
  }

  private async fetchNow(
    partition: number,
    offset: bigint,
    maxBytes: number,
  ): Promise<FetchedPartition | undefined> {
    const cluster = await this.connect();
    await cluster.refreshMetadataIfNecessary();
    const [nodeId] = Object.keys(cluster.findLeaderForPartitions(this.topic, [partition]));
    if (nodeId === undefined) return undefined;
    const broker = await cluster.findBroker({ nodeId });
    const { responses } = await broker.fetch({
      isolationLevel: COMMITTED,
      maxWaitTime: WAIT_MS,
      minBytes: 1,
      maxBytes,
      topics: [{ topic: this.topic, partitions: [{ partition, fetchOffset: String(offset), maxBytes }] }],
    });
    const answer = responses[0]?.partitions[0];
    // A new leader learns only by and by what has been committed: nothing there does not mean gone.
    if (answer && answer.messages.length === 0 && isBehindReaders(answer, offset, this.readUpTo)) {
      throw new Error('the leader of the partition does not know yet what is committed');
    }
    return answer;
  }

  private async connect(): Promise<Cluster> {
    if (this.cluster) return this.cluster;
    const cluster = createCluster(this.kafka, METADATA_MAX_AGE_MS);
    this.cluster = cluster;
    await cluster.connect();
    await cluster.addTargetTopic(this.topic);
    return cluster;
  }
}

const isBehindReaders = (
  { partition, lastStableOffset, highWatermark }: FetchedPartition,
  offset: bigint,
  readUpTo: ReadonlyMap<number, number>,
): boolean => offset >= BigInt(lastStableOffset ?? highWatermark) && offset < (readUpTo.get(partition) ?? 0);
