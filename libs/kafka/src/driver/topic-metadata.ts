/** What kafkajs' cluster knows of the topics that it was asked for. */
export interface TopicMetadata {
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number }[];
  /** The partitions by the id of the broker that leads them. */
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
}

export const partitionsOf = (cluster: TopicMetadata, topic: string): readonly number[] =>
  cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId);
