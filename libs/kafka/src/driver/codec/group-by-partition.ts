interface Grouping<Message> {
  readonly topic: string;
  readonly partitionMetadata: readonly unknown[];
  readonly messages: readonly Message[];
  readonly partitioner: (args: {
    topic: string;
    partitionMetadata: readonly unknown[];
    message: Message;
  }) => number;
}

/** Messages by the number of their partition, in order. The stock one copies the group for every message. */
export function groupByPartition<Message>(grouping: Grouping<Message>): Record<number, Message[]> {
  const { topic, partitionMetadata, messages, partitioner } = grouping;
  const groups: Record<number, Message[]> = {};
  if (partitionMetadata.length === 0) return groups;
  for (const message of messages) {
    const partition = partitioner({ topic, partitionMetadata, message });
    (groups[partition] ??= []).push(message);
  }
  return groups;
}
