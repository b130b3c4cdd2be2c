import { expect, it } from '@jest/globals';
import type { Kafka } from '@pipeline/kafka';
import { AuditReader, AuditUnavailableError } from './audit-reader.js';

it('says at once that the topic cannot be read', async () => {
  const refused = () => Promise.reject(new Error('no broker'));
  const kafka = {
    admin: () => ({ connect: refused, disconnect: () => Promise.resolve() }),
  } as unknown as Kafka;
  const reader = new AuditReader(kafka, { topic: 'audit', secret: undefined, onIgnored: () => undefined });
  const began = performance.now();
  await expect(reader.page(10, undefined)).rejects.toThrow(AuditUnavailableError);
  expect(performance.now() - began).toBeLessThan(4_000);
  await reader.stop();
});
