import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import type { TopicPartition } from '../record.js';
import { createCluster, type Cluster } from './cluster.js';
import { connected, DISCONNECT_LIMIT_MS } from './connected.js';
import { withDriverDeadline } from './driver-deadline.js';
import type { GroupPosition } from './group-transactions.js';
import { errorCode } from './kafka-client.js';

const METADATA_MAX_AGE_MS = 300_000;
/** Waits between looks at a position that an open transaction moves. */
const WAITS_MS = [10, 20, 50, 100, 200, 300, 300];

/** Reads the positions of a consumer group that no open transaction moves. */
export class StableOffsets {
  private cluster: Promise<Cluster> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly groupId: string,
  ) {}

  /** @throws the driver's error: UNSTABLE_OFFSET_COMMIT while a transaction stays open that moves the position */
  async read(where: TopicPartition): Promise<GroupPosition> {
    for (const waitMs of WAITS_MS) {
      try {
        return await this.ask(where);
      } catch (error) {
        if (errorCode(error) !== 'UNSTABLE_OFFSET_COMMIT') throw error;
        await delay(waitMs);
      }
    }
    return this.ask(where);
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
      if (errorCode(error) !== 'UNSTABLE_OFFSET_COMMIT') await this.discard(connecting);
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
