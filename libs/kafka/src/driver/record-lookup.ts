import type { Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import type { InputRecord } from '../record.js';
import { COMMITTED, createCluster, type Cluster, type FetchedPartition } from './cluster.js';
import { committedRecords, nextOffsetOf } from './committed-records.js';
import { withDriverDeadline } from './driver-deadline.js';
import { errorCode } from './kafka-client.js';

interface RecordPosition {
  readonly partition: number;
  readonly offset: number;
}

export interface FoundRecord extends RecordPosition {
  readonly record: InputRecord;
}

const METADATA_MAX_AGE_MS = 5_000;
const DISCONNECT_LIMIT_MS = 2_000;
const TRIES = 3;
/** A fetch for one record, and for some that stand side by side. */
const FEW_BYTES = 65_536;
const MANY_BYTES = 1_048_576;
/** Offsets within which records count as side by side. */
const NEAR = 64;
const WAIT_MS = 100;

/** Reads single records of a topic by their offsets, committed ones only. One call at a time. */
export class RecordLookup {
  private cluster: Cluster | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
  ) {}

  /**
   * The records at these positions, ordered by partition and offset; those that are not there any more are left
   * out. @throws the driver's error
   */
  read(positions: readonly RecordPosition[]): Promise<readonly FoundRecord[]> {
    const turn = this.last.then(() => this.readNow(positions));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    const { cluster } = this;
    this.cluster = undefined;
    if (cluster) await withTimeLimit(cluster.disconnect(), DISCONNECT_LIMIT_MS);
  }

  private async readNow(positions: readonly RecordPosition[]): Promise<readonly FoundRecord[]> {
    const sorted = [...positions].sort((a, b) => a.partition - b.partition || a.offset - b.offset);
    const found: FoundRecord[] = [];
    for (let at = 0; at < sorted.length;) {
      const { partition } = sorted[at] as RecordPosition;
      const next = sorted.findIndex((one, index) => index > at && one.partition !== partition);
      const end = next === -1 ? sorted.length : next;
      const offsets = sorted.slice(at, end).map(({ offset }) => offset);
      found.push(...(await this.readPartition(partition, offsets)));
      at = end;
    }
    return found;
  }

  private async readPartition(partition: number, offsets: readonly number[]): Promise<FoundRecord[]> {
    const found: FoundRecord[] = [];
    const wanted = new Set(offsets);
    for (let at = 0; at < offsets.length;) {
      const first = offsets[at] as number;
      const isNear = (offsets[at + 1] ?? Infinity) - first < NEAR;
      const fetched = await this.fetch(partition, BigInt(first), isNear ? MANY_BYTES : FEW_BYTES);
      const next = fetched && nextOffsetOf(fetched, BigInt(first));
      for (const record of fetched ? committedRecords(fetched, BigInt(first)) : []) {
        const offset = Number(record.offset);
        if (wanted.has(offset)) found.push({ partition, offset, record });
      }
      // Nothing there: this one is gone.
      const from = next === undefined ? first + 1 : Number(next);
      while (at < offsets.length && (offsets[at] as number) < from) at++;
    }
    return found;
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
    return responses[0]?.partitions[0];
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
