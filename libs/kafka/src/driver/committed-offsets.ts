import type { Admin, Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import type { TopicPartition } from '../record.js';
import { connected, DISCONNECT_LIMIT_MS } from './connected.js';
import { withDriverDeadline } from './driver-deadline.js';
import { GroupTransactionsUnsupportedError, type GroupPosition } from './group-transactions.js';
import { StableOffsets } from './stable-offsets.js';

export interface OffsetRange {
  /** Offset of the first record that is still there. */
  readonly low: bigint;
  /** Where readers of committed records are at the end: before the first transaction that is open. */
  readonly high: bigint;
}

/** Reads what a consumer group has committed, and where partitions end. */
export class CommittedOffsets {
  private admin: Promise<Admin> | undefined;
  private readonly stable: StableOffsets;

  constructor(
    private readonly kafka: Kafka,
    private readonly groupId: string,
  ) {
    this.stable = new StableOffsets(kafka, groupId);
  }

  /** Undefined where the group has committed nothing. @throws the driver's error */
  async read({ topic, partition }: TopicPartition): Promise<bigint | undefined> {
    const [found] = await this.ask((admin) => admin.fetchOffsets({ groupId: this.groupId, topics: [topic] }));
    const offset = found?.partitions.find((one) => one.partition === partition)?.offset;
    // kafkajs itself commits -1 and -2 in some cases: not a position either.
    return offset === undefined || BigInt(offset) < 0n ? undefined : BigInt(offset);
  }

  /**
   * The same, once no transaction is open any more that moves it; as `read` where the brokers cannot tell.
   * @throws the driver's error, UNSTABLE_OFFSET_COMMIT when one stays open
   */
  async readStable(where: TopicPartition): Promise<GroupPosition> {
    try {
      return await this.stable.read(where);
    } catch (error) {
      if (!(error instanceof GroupTransactionsUnsupportedError)) throw error;
      return { offset: await this.read(where), checksMembers: false };
    }
  }

  /** Where the partition begins and ends now. @throws the driver's error */
  async range(where: TopicPartition): Promise<OffsetRange> {
    const known = await this.knownRange(where);
    if (known) return known;
    // The partition may be newer than what this connection knows of the topic.
    await this.closeAdmin();
    const found = await this.knownRange(where);
    if (!found) throw new Error('the partition is not known to the broker');
    return found;
  }

  /** How many partitions the topic has. @throws the driver's error */
  async partitionCount(topic: string): Promise<number> {
    const { topics } = await this.ask((admin) => admin.fetchTopicMetadata({ topics: [topic] }));
    return topics[0]?.partitions.length ?? 0;
  }

  async close(): Promise<void> {
    await this.closeAdmin();
    await this.stable.close();
  }

  private async closeAdmin(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    const disconnected = admin?.then((one) => one.disconnect());
    if (disconnected) await withTimeLimit(disconnected, DISCONNECT_LIMIT_MS);
  }

  private async knownRange({ topic, partition }: TopicPartition): Promise<OffsetRange | undefined> {
    const partitions = await this.ask((admin) => admin.fetchTopicOffsets(topic));
    const found = partitions.find((one) => one.partition === partition);
    return found && { low: BigInt(found.low), high: BigInt(found.high) };
  }

  private async ask<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    try {
      const admin = await withDriverDeadline((this.admin ??= connected(this.kafka.admin())));
      return await withDriverDeadline(question(admin));
    } catch (error) {
      await this.closeAdmin();
      throw error;
    }
  }
}
