import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { eventually, metric, startService, uniqueTopics } from '../support/pipeline.js';

/** What `node` means to a user of this machine; npm puts the pinned one before it. */
function hostNode(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((one) => !one.includes('node_modules'));
  return folders.map((folder) => join(folder, 'node')).find(existsSync) ?? process.execPath;
}

it("both apps work on the host's Node.js, too", async () => {
  const topics = uniqueTopics(2);
  const env = {
    PRODUCER_COUNT: '500',
    PRODUCER_RATE: '5000',
    PRODUCER_INVALID_RATIO: '0.2',
    PRODUCER_SEED: '1',
  };
  const start = (app: 'consumer' | 'producer') => startService(app, topics, env, tmpdir(), hostNode());
  const [consumer, producer] = [await start('consumer'), await start('producer')];
  const processed = (result: string) =>
    metric(consumer, 'kafka_messages_processed_total', `result="${result}"`).catch(() => 0);
  await eventually(
    'all events are processed',
    async () => (await processed('success')) + (await processed('dlq')) === 500,
  );
  expect(await processed('dlq')).toBeGreaterThan(0);
  expect(await Promise.all([producer.stop(), consumer.stop()])).toEqual([0, 0]);
});
