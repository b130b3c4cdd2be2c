import { expect, it } from '@jest/globals';
import type { Kafka } from '@pipeline/kafka';
import type { AuditEntry } from '@pipeline/ops';
import { AuditWriter } from './audit-writer.js';

const entry = (action: string): AuditEntry => ({
  ...{ at: '2026-03-04T05:06:07.000Z', actor: 'anna', role: 'operator', from: '127.0.0.1', action },
  ...{ parameters: {}, outcome: 'done', status: 200 },
});

/** Kafka as far as a writer sees it; connections close when the test says so. */
function fakeKafka() {
  const sent: string[] = [];
  const closing: (() => void)[] = [];
  const producer = {
    connect: () => Promise.resolve(),
    sendBatch: ({ topicMessages }: { topicMessages: { messages: { value: Buffer }[] }[] }) => {
      const messages = topicMessages.flatMap((topic) => topic.messages);
      for (const { value } of messages) {
        sent.push((JSON.parse(value.toString()) as { entry: AuditEntry }).entry.action);
      }
      return Promise.resolve([]);
    },
    disconnect: () => new Promise<void>((resolve) => closing.push(resolve)),
  };
  return { kafka: { producer: () => producer } as unknown as Kafka, sent, closing };
}

async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 2_000;
  while (!condition() && performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
}

it('writes what comes while it closes its connection', async () => {
  const { kafka, sent, closing } = fakeKafka();
  const writer = new AuditWriter(kafka, {
    ...{ topic: 'audit', secret: undefined, socketTimeoutMs: 1_000 },
    onOutcome: () => undefined,
  });
  writer.add(entry('pause'));
  await until(() => closing.length === 1);
  writer.add(entry('resume'));
  closing[0]?.();
  await until(() => closing.length === 2);
  expect(sent).toEqual(['pause', 'resume']);
  closing[1]?.();
  await writer.stop();
});
