import type { Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import type { TopicPartition } from '../record.js';
import { createCluster, offsetsIn } from './cluster.js';
import { DISCONNECT_LIMIT_MS } from './connected.js';
import { withDriverDeadline } from './driver-deadline.js';

const METADATA_MAX_AGE_MS = 5_000;

/**
 * The offset behind the last record that was written, its transaction committed or not: readers of committed records
 * may not be there yet. kafkajs' admin tells where those are at the end. @throws the driver's error
 */
export async function endOffset(kafka: Kafka, { topic, partition }: TopicPartition): Promise<bigint> {
  const cluster = createCluster(kafka, METADATA_MAX_AGE_MS);
  const ask = async (): Promise<bigint> => {
    await cluster.connect();
    await cluster.addTargetTopic(topic);
    const end = (await offsetsIn(cluster, topic, [partition], 'end')).get(partition);
    if (end === undefined) throw new Error('the partition is not known to the broker');
    return end;
  };
  try {
    return await withDriverDeadline(ask());
  } finally {
    await withTimeLimit(cluster.disconnect(), DISCONNECT_LIMIT_MS);
  }
}
