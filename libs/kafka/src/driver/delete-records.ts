import type { Kafka } from 'kafkajs';
import { withAdmin } from './with-admin.js';

/**
 * By partition, the offset of the first record of this time or later; the end where there is none.
 * @param time milliseconds since the epoch
 * @throws the driver's error
 */
export const offsetsAt = (kafka: Kafka, topic: string, time: number): Promise<ReadonlyMap<number, number>> =>
  withAdmin(kafka, async (admin) => {
    const found = await admin.fetchTopicOffsetsByTimestamp(topic, time);
    return new Map(found.map(({ partition, offset }) => [partition, Number(offset)]));
  });

/** Deletes for good what stands before these offsets. @throws the driver's error */
export const deleteBefore = (
  kafka: Kafka,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<void> =>
  withAdmin(kafka, async (admin) => {
    // kafkajs deletes from topics only that this connection knows.
    await admin.fetchTopicOffsets(topic);
    const partitions = [...offsets].map(([partition, offset]) => ({ partition, offset: String(offset) }));
    await admin.deleteTopicRecords({ topic, partitions });
  });
