import type { Admin, Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import type { TopicPartition } from '../record.js';

const DISCONNECT_LIMIT_MS = 2_000;

/** Reads what a consumer group has committed. */
export class CommittedOffsets {
  private admin: Promise<Admin> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly groupId: string,
  ) {}

  /** Undefined where the group has committed nothing. @throws the driver's error */
  async read({ topic, partition }: TopicPartition): Promise<bigint | undefined> {
    try {
      const admin = await (this.admin ??= this.connect());
      const [found] = await admin.fetchOffsets({ groupId: this.groupId, topics: [topic] });
      const offset = found?.partitions.find((one) => one.partition === partition)?.offset;
      // kafkajs itself commits -1 and -2 in some cases: not a position either.
      return offset === undefined || BigInt(offset) < 0n ? undefined : BigInt(offset);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    const connected = await admin?.catch(() => undefined);
    if (connected) await withTimeLimit(connected.disconnect(), DISCONNECT_LIMIT_MS);
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      await withTimeLimit(admin.disconnect(), DISCONNECT_LIMIT_MS);
      throw error;
    }
  }
}
