import type { ICustomPartitioner, Message, TopicMessages } from 'kafkajs';
import type { OutgoingRecord } from '../record.js';
import { partitionOfKey } from './partitioner.js';

/** What we hand to kafkajs for one record: our codec and our partitioner read what its types do not know. */
interface DriverMessage extends Pick<OutgoingRecord, 'key' | 'value' | 'headers'> {
  readonly contentSize: number | undefined;
  readonly source: OutgoingRecord;
  partition?: number;
}

export function toTopicMessages(records: readonly OutgoingRecord[]): TopicMessages[] {
  const byTopic = new Map<string, DriverMessage[]>();
  for (const source of records) {
    const { key, value, headers, contentSize } = source;
    const message: DriverMessage = { key, value, headers, contentSize, source };
    const messages = byTopic.get(source.topic);
    if (messages) messages.push(message);
    else byTopic.set(source.topic, [message]);
  }
  return [...byTopic].map(([topic, messages]) => ({ topic, messages: messages as unknown as Message[] }));
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
