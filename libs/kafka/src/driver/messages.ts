import type { ICustomPartitioner, Message, TopicMessages } from 'kafkajs';
import { groupBy } from '../group-by.js';
import type { OutgoingRecord } from '../record.js';
import { partitionOfKey } from './partitioner.js';

/** What we hand to kafkajs for one record: our codec and our partitioner read what its types do not know. */
interface DriverMessage extends Pick<OutgoingRecord, 'key' | 'value' | 'headers'> {
  readonly contentSize: number | undefined;
  readonly source: OutgoingRecord;
  partition?: number;
}

export function toTopicMessages(records: readonly OutgoingRecord[]): TopicMessages[] {
  return [...groupBy(records, ({ topic }) => topic)].map(([topic, group]) => ({
    topic,
    messages: group.map(toMessage) as unknown as Message[],
  }));
}

function toMessage(source: OutgoingRecord): DriverMessage {
  const { key, value, headers, contentSize } = source;
  return { key, value, headers, contentSize, source };
}

/**
 * Chooses a message's partition once: a message that is sent again must not move when the topic has grown,
 * because the broker tells repeated batches by their sequence numbers alone.
 */
export const createPartitioner: ICustomPartitioner =
  () =>
  ({ partitionMetadata, message }) => {
    const driverMessage = message as unknown as DriverMessage;
    return (driverMessage.partition ??= choosePartition(driverMessage.source, partitionMetadata.length));
  };

export function choosePartition(record: OutgoingRecord, partitionCount: number): number {
  return record.partitionBy === 'key' && record.key !== null
    ? partitionOfKey(record.key, partitionCount)
    : record.sourcePartition % partitionCount;
}
