import type { Admin, Kafka } from 'kafkajs';
import { withTimeLimit } from '../abort.js';
import { DISCONNECT_LIMIT_MS } from './connected.js';
import { withDriverDeadline } from './driver-deadline.js';

/** What is seldom asked has a connection of its own, which is closed with it. @throws the driver's error */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin();
  try {
    return await withDriverDeadline(admin.connect().then(() => work(admin)));
  } finally {
    await withTimeLimit(admin.disconnect(), DISCONNECT_LIMIT_MS);
  }
}
