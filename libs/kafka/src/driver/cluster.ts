import type { Kafka } from 'kafkajs';
import type { FetchedRecord } from './codec/record-decoder.js';
import type { GroupBroker } from './group-transactions.js';
import { kafkajs } from './kafkajs.js';
import type { TopicMetadata } from './topic-metadata.js';

const CREATE_CLUSTER = 'private:Kafka:createCluster';

/** The isolation level of readers that see committed records only. */
export const COMMITTED = 1;

interface PartitionOffset {
  readonly partition: number;
  readonly offset: string;
}

/** What a fetch brought of one partition. */
export interface FetchedPartition {
  readonly partition: number;
  readonly highWatermark: string;
  /** End of what readers of committed records may see. */
  readonly lastStableOffset?: string;
  /** Offset of the first record that is still there. */
  readonly lastStartOffset?: string;
  readonly abortedTransactions?: readonly { producerId: string; firstOffset: string }[] | null;
  readonly messages: readonly FetchedRecord[];
}

interface FetchRequest {
  readonly isolationLevel: 0 | 1;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly fetchOffset: string;
      readonly maxBytes: number;
    }[];
  }[];
}

interface Broker extends GroupBroker {
  fetch(request: FetchRequest): Promise<{
    readonly responses: readonly {
      readonly topicName: string;
      readonly partitions: readonly FetchedPartition[];
    }[];
  }>;
}

/** The part of kafkajs' cluster, its connections to all brokers, that the reader without a group needs. */
export interface Cluster extends TopicMetadata {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  findBroker(node: { readonly nodeId: string }): Promise<Broker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
  /** See `offsetsIn`. */
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning: boolean;
    }[],
  ): Promise<readonly { readonly partitions: readonly PartitionOffset[] }[]>;
}

type CreateCluster = (options: {
  readonly metadataMaxAge: number;
  readonly allowAutoTopicCreation: boolean;
  readonly isolationLevel: 0;
}) => Cluster;

/**
 * Connections with the settings of this client, for what kafkajs has no public call for.
 * @throws Error when the installed kafkajs has another shape
 */
export function createCluster(kafka: Kafka, metadataMaxAge: number): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === CREATE_CLUSTER,
  );
  const create = symbol && (kafka as unknown as Record<symbol, CreateCluster | undefined>)[symbol];
  if (!create || !(kafka instanceof kafkajs.Kafka)) throw new Error(`kafkajs has no ${CREATE_CLUSTER}`);
  return create({ metadataMaxAge, allowAutoTopicCreation: false, isolationLevel: 0 });
}

/**
 * Of each partition the first offset, or the one behind the last record, committed or not; partitions that the brokers
 * do not know are left out. @throws the driver's error
 */
export async function offsetsIn(
  cluster: Cluster,
  topic: string,
  partitions: readonly number[],
  which: 'first' | 'end',
): Promise<Map<number, bigint>> {
  const asked = partitions.map((partition) => ({ partition }));
  const [found] = await cluster.fetchTopicsOffset([
    { topic, partitions: asked, fromBeginning: which === 'first' },
  ]);
  return new Map(found?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
}
