import type { Admin, Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import { withDriverDeadline } from './driver-deadline.js';

const DISCONNECT_LIMIT_MS = 2_000;

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

async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    return await withDriverDeadline(admin.connect().then(() => work(admin)));
  } finally {
    await withTimeLimit(admin.disconnect(), DISCONNECT_LIMIT_MS);
  }
}
