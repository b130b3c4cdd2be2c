import type { Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import type { TopicPartition } from '../record.js';
import { createCluster, type Cluster } from './cluster.js';
import { connected, DISCONNECT_LIMIT_MS } from './connected.js';
import { withDriverDeadline } from './driver-deadline.js';
import type { GroupPosition } from './group-transactions.js';
import { isUnstable, whenStable } from './when-stable.js';

const METADATA_MAX_AGE_MS = 300_000;

/** Reads the positions of a consumer group that no open transaction moves. */
export class StableOffsets {
  private cluster: Promise<Cluster> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly groupId: string,
  ) {}

  /** @throws the driver's error: UNSTABLE_OFFSET_COMMIT while a transaction stays open that moves the position */
  read(where: TopicPartition): Promise<GroupPosition> {
    return whenStable(() => this.ask(where));
  }

  close(): Promise<void> {
    return this.discard(this.cluster);
  }

  private async ask({ topic, partition }: TopicPartition): Promise<GroupPosition> {
    const connecting = (this.cluster ??= connected(createCluster(this.kafka, METADATA_MAX_AGE_MS)));
    const answer = async () => {
      const cluster = await connecting;
      // It is by its metadata that a cluster knows any broker.
      await cluster.addTargetTopic(topic);
      const coordinator = await cluster.findGroupCoordinator({ groupId: this.groupId });
      return coordinator.groupPosition(this.groupId, topic, partition);
    };
    try {
      return await withDriverDeadline(answer());
    } catch (error) {
      if (!isUnstable(error)) await this.discard(connecting);
      throw error;
    }
  }

  /** Others may have connected anew by then. */
  private async discard(connecting: Promise<Cluster> | undefined): Promise<void> {
    if (this.cluster === connecting) this.cluster = undefined;
    const disconnected = connecting?.then((cluster) => cluster.disconnect());
    if (disconnected) await withTimeLimit(disconnected, DISCONNECT_LIMIT_MS);
  }
}
