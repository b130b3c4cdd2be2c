import type { ICustomPartitioner, Message, TopicMessages } from 'kafkajs';
import { groupBy } from '../group-by.js';
import type { OutgoingRecord } from '../record.js';
import { partitionOfKey } from './partitioner.js';

/** Records as kafkajs takes them: our codec and our partitioner read what its types do not know. */
export function toTopicMessages(records: readonly OutgoingRecord[]): TopicMessages[] {
  return [...groupBy(records, ({ topic }) => topic)].map(([topic, group]) => ({
    topic,
    messages: group as unknown as Message[],
  }));
}

/**
 * Chooses a message's partition once: a message that is sent again must not move when the topic has grown,
 * because the broker tells repeated batches by their sequence numbers alone.
 */
export const createPartitioner: ICustomPartitioner =
  () =>
  ({ partitionMetadata, message }) => {
    const record = message as unknown as OutgoingRecord;
    return (record.partition ??= choosePartition(record, partitionMetadata.length));
  };

export function choosePartition(record: OutgoingRecord, partitionCount: number): number {
  return record.partitionBy === 'key' && record.key !== null
    ? partitionOfKey(record.key, partitionCount)
    : record.sourcePartition % partitionCount;
}
