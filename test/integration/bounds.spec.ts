import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { lookedUp, statusOf, useIllServer } from '../support/lookups.js';
import { eventually, testKafka, uniqueTopics, type Service } from '../support/pipeline.js';

const outside = useIllServer();
const EVENTS = 120;

/** Megabytes that are resident now. */
const memoryOf = ({ pid }: Service): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) / 1_000;

it('events of 900 KB and a stalled enrichment take a bounded amount of memory', async () => {
  const topics = uniqueTopics(4);
  const { server } = outside;
  server.mode = 'slow';
  const consumer = await outside.start(topics, {
    ENRICHMENT_TIMEOUT: '500',
    KAFKA_RETRY_LIMIT: '1',
    CIRCUIT_TRIAL_AFTER: '1000',
  });
  const before = memoryOf(consumer);
  const padding = 'x'.repeat(900_000);
  const producer = testKafka().producer();
  await producer.connect();
  for (let number = 0; number < EVENTS; number++) {
    // Each alone: together they do not fit a request.
    const message = { ...lookedUp(number, { padding }), partition: number % 4 };
    await producer.send({ topic: topics.input, messages: [message] });
  }
  await producer.disconnect();
  let most = before;
  const look = () => void (most = Math.max(most, memoryOf(consumer)));
  await eventually('the circuit is open', async () => {
    look();
    return (await statusOf(consumer)).transport.pausedBy.includes('circuit');
  });
  await eventually('trials are made', () => (look(), server.calls.length > 25));
  expect(server.mostInProgress).toBeLessThanOrEqual(4 * 10);
  server.mode = 'ok';
  const lag = async () =>
    (await statusOf(consumer)).transport.partitions.reduce((sum, { lagMessages }) => sum + lagMessages, 0);
  await eventually('all are done', async () => (look(), (await lag()) === 0));
  // One answer of the broker is 10 MB at most, and so are what is read, made of it and written; the rest is garbage.
  // Kept, the events alone would be 108 MB, as they were read, as text and as they are written.
  expect(most - before).toBeLessThan(300);
});
