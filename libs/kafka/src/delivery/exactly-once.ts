import { abortableDelay, AbortedError } from '../abort.js';
import type { CommittedOffsets } from '../driver/committed-offsets.js';
import { withDriverDeadline } from '../driver/driver-deadline.js';
import type { FetchedBatch } from '../driver/group-consumer.js';
import { TransactionError, type TransactionalProducer } from '../driver/transactional-producer.js';
import type { TransportEvents } from '../events.js';
import { groupBy } from '../group-by.js';
import { partitionKey, type OutgoingRecord, type TopicPartition } from '../record.js';
import type { Delivery } from './delivery.js';
import { isSmall, Pacing } from './light-load.js';
import type { TopicLimits } from './topic-limits.js';
import { writeRecords } from './write-records.js';

type OpenProducer = (partition: TopicPartition) => Promise<TransactionalProducer>;

/** A batch to write, with the producer that its partition was opened with. */
interface Ready {
  readonly batch: FetchedBatch;
  readonly records: readonly OutgoingRecord[];
  readonly producer: TransactionalProducer;
}

interface Waiting extends Ready {
  readonly follow: (written: Promise<void>) => void;
}

/**
 * Delivery guarantee: exactly once, for readers of committed records. Outputs, dead letters and the offset of
 * a batch are one transaction, by a producer that belongs to the input partition. Opening a partition shuts
 * out whoever had it before, and only then reads where to go on: a commit whose answer was lost has either
 * happened by then or never will.
 *
 * Small batches of one fetch share a transaction, by the producer of one of them. Opening another of its
 * partitions does not shut that one out. So the group refuses it when the partitions may have gone to others,
 * a position that it moves is not read while it is open, and within this process it is given up.
 */
export class ExactlyOnceDelivery implements Delivery {
  /** Used least recently first. */
  private readonly producers = new Map<string, TransactionalProducer>();
  private readonly closing = new Set<Promise<void>>();
  /** By partition, the producer that writes its batch just now. */
  private readonly writing = new Map<string, TransactionalProducer>();
  /** Partitions whose last transaction failed: one batch must not keep those of others from being written. */
  private readonly alone = new Set<string>();
  private canShare = false;
  private waiting: Waiting[] = [];
  private readonly pacing = new Pacing();

  constructor(
    private readonly openProducer: OpenProducer,
    private readonly committed: Pick<CommittedOffsets, 'readStable' | 'range' | 'close'>,
    private readonly limits: TopicLimits,
    private readonly events: TransportEvents,
  ) {}

  async open(where: TopicPartition): Promise<bigint> {
    // What is given may be the first batch of the partition; the producer, which outlives it, must not keep it.
    const partition = { topic: where.topic, partition: where.partition };
    const key = partitionKey(partition);
    this.writing.get(key)?.abandon();
    this.discard(key, this.producers.get(key));
    const opening = this.openProducer(partition);
    let producer: TransactionalProducer;
    try {
      // One that ends after the deadline may shut out the next opening, which costs a batch done again.
      producer = await withDriverDeadline(opening);
    } catch (error) {
      opening.then(
        (late) => this.discard(key, late),
        () => undefined,
      );
      throw error;
    }
    this.producers.set(key, producer);
    try {
      return await withDriverDeadline(this.startOf(partition));
    } catch (error) {
      this.discard(key, producer);
      throw error;
    }
  }

  isOpen(partition: TopicPartition): boolean {
    return this.producers.has(partitionKey(partition));
  }

  async deliver(batch: FetchedBatch, records: readonly OutgoingRecord[]): Promise<void> {
    const key = partitionKey(batch);
    const producer = this.producers.get(key);
    if (!producer) throw new Error('the partition is not open');
    const ready = { batch, records, producer };
    if (!this.canShare || !batch.member || this.alone.has(key) || !isSmall(records)) {
      return this.write([ready]);
    }
    return new Promise<void>((resolve) => {
      this.waiting.push({ ...ready, follow: resolve });
      // The other batches of the same fetch are ready by then, unless they wait for something outside.
      if (this.waiting.length === 1) setImmediate(() => this.writeWaiting());
    });
  }

  async pace(signal: AbortSignal): Promise<void> {
    const ms = this.pacing.waitMs();
    if (ms > 0) await abortableDelay(ms, signal);
  }

  assigned(partitions: readonly TopicPartition[]): void {
    const kept = new Set(partitions.map(partitionKey));
    for (const [key, producer] of this.writing) if (!kept.has(key)) producer.abandon();
    for (const [key, producer] of this.producers) if (!kept.has(key)) this.discard(key, producer);
  }

  async close(): Promise<void> {
    for (const [key, producer] of this.producers) this.discard(key, producer);
    await Promise.all([...this.closing, this.committed.close()]);
  }

  private writeWaiting(): void {
    const { waiting } = this;
    this.waiting = [];
    const isOpen = ({ batch, producer }: Ready) => this.producers.get(partitionKey(batch)) === producer;
    const [open, closed] = [waiting.filter(isOpen), waiting.filter((one) => !isOpen(one))];
    for (const { follow } of closed)
      follow(Promise.reject(new AbortedError('the partition was opened anew')));
    for (const ready of groupBy(open, ({ batch }) => batch.member).values()) {
      const written = this.write(ready);
      for (const { follow } of ready) follow(written);
    }
  }

  /** One transaction of batches that the same member has fetched. */
  private async write(ready: readonly Ready[]): Promise<void> {
    const byKey = new Map(ready.map((one) => [partitionKey(one.batch), one.producer]));
    // Two take turns, as the coordinator is busy with one for a moment after its commit. Not all: brokers remember
    // every producer in every partition that it has written to.
    const open = [...this.producers].filter(([one, producer]) => byKey.get(one) === producer);
    const [key, producer] = open.at(-2) ?? open.at(-1) ?? [];
    if (key === undefined || !producer) throw new Error('the partition is not open');
    this.producers.delete(key);
    this.producers.set(key, producer);
    for (const one of byKey.keys()) this.writing.set(one, producer);

    const positions = ready.map(({ batch: { topic, partition, nextOffset } }) => ({
      topic,
      partition,
      offset: nextOffset,
    }));
    const [first, ...others] = ready;
    // A large batch is alone, and not to be copied.
    const records = first && others.length === 0 ? first.records : ready.flatMap((one) => one.records);
    const member = this.canShare ? first?.batch.member : undefined;
    this.pacing.began(ready.length, records);
    try {
      const written = producer.commit(positions, (send) => writeRecords(records, this.limits, send), member);
      // What is committed after the deadline is seen, or shut out, by the next opening.
      await withDriverDeadline(written);
      for (const one of byKey.keys()) this.alone.delete(one);
      if (producer.isSpent) this.replace(key, producer, ready);
      this.events.emit('transaction', { outcome: 'committed' });
    } catch (error) {
      producer.abandon();
      this.discard(key, producer);
      for (const one of byKey.keys()) this.alone.add(one);
      const known = error instanceof TransactionError;
      this.events.emit('transaction', { outcome: known ? error.outcome : 'unknown' });
      throw known ? error.cause : error;
    } finally {
      for (const one of byKey.keys()) if (this.writing.get(one) === producer) this.writing.delete(one);
    }
  }

  private async startOf(partition: TopicPartition): Promise<bigint> {
    // With nothing committed not even the fetched position can be trusted: kafkajs remembers the offset of a
    // transaction that was aborted. A group that begins at the end has committed that end by now.
    const { offset, checksMembers } = await this.committed.readStable(partition);
    this.canShare = checksMembers;
    return offset ?? (await this.committed.range(partition)).low;
  }

  /** The next batch of the partition opens it anew. */
  private replace(key: string, producer: TransactionalProducer, written: readonly Ready[]): void {
    this.discard(key, producer);
    const own = written.find((one) => one.producer === producer);
    if (!own) return;
    const { topic, partition } = own.batch;
    this.events.emit('commit-repeated', { topic, partition });
  }

  private discard(key: string, producer: TransactionalProducer | undefined): void {
    if (!producer) return;
    if (this.producers.get(key) === producer) this.producers.delete(key);
    const closed = producer.close().finally(() => this.closing.delete(closed));
    this.closing.add(closed);
  }
}
