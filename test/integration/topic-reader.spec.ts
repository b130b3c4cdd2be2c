import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createKafka, TopicReader, type TopicReaderOptions } from '@pipeline/kafka';
import { createTopics } from '../../tools/lib/create-topics.mjs';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../../tools/lib/kafka.mjs';
import { freePort, stop } from '../../tools/lib/processes.mjs';
import { root } from '../../tools/lib/workspace.mjs';
import { eventually, PATIENTLY, testKafka } from '../support/pipeline.js';

const dir = mkdtempSync(join(tmpdir(), 'login-event-reader-'));
let node: { id: number; port: number; controllerPort: number };
let broker: ReturnType<typeof startBroker>;
const reading: AbortController[] = [];

const start = async () => {
  broker = startBroker({ jars: await kafkaJars(root), java: requireJava(), node, nodes: [node], dir });
  await brokerAnswers(broker, node.port);
};
const address = () => `127.0.0.1:${String(node.port)}`;
const number = ({ value }: { value: Buffer | null }) => Number(value?.toString());
const numbers = (from: number, end: number) => Array.from({ length: end - from }, (_, index) => from + index);
const sorted = (some: readonly number[]) => [...some].sort((a, b) => a - b);

beforeAll(async () => {
  node = { id: 1, port: await freePort(), controllerPort: await freePort() };
  await start();
  const admin = testKafka(address()).admin();
  await admin.connect();
  await createTopics(admin, [{ topic: 'read', numPartitions: 3 }]);
  await admin.disconnect();
  await write(numbers(0, 3_000));
});

afterAll(async () => {
  for (const one of reading) one.abort();
  await stop(broker);
  rmSync(dir, { recursive: true, force: true });
});

/** Spread over the partitions. */
async function write(some: readonly number[], end: 'commit' | 'abort' | 'nothing' = 'nothing') {
  const producer = testKafka(address()).producer({
    retry: PATIENTLY,
    ...(end !== 'nothing' && { transactionalId: 'test', maxInFlightRequests: 1, idempotent: true }),
  });
  await producer.connect();
  const messages = some.map((one) => ({ value: String(one), partition: one % 3 }));
  if (end === 'nothing') await producer.send({ topic: 'read', messages });
  else {
    const transaction = await producer.transaction();
    await transaction.send({ topic: 'read', messages });
    await transaction[end]();
  }
  await producer.disconnect();
}

function read(options: Omit<TopicReaderOptions, 'topic'> = {}) {
  const kafka = createKafka({ brokers: [address()], clientId: 'test-reader', socketTimeoutMs: 5_000 });
  const seen: number[] = [];
  const stopping = new AbortController();
  reading.push(stopping);
  const state = { seen, atEnd: -1, troubles: 0, readable: 0, positions: new Map<number, bigint>() };
  const reader = new TopicReader(
    kafka,
    { topic: 'read', ...options },
    {
      onBatch: ({ records, partition, nextOffset }) => {
        seen.push(...records.map(number));
        state.positions.set(partition, nextOffset);
      },
      onEnd: () => (state.atEnd = seen.length),
      onTrouble: () => state.troubles++,
      onReadable: () => state.readable++,
    },
  );
  const ended = reader.run(stopping.signal);
  return {
    seen,
    state,
    stop: () => {
      stopping.abort();
      return ended;
    },
  };
}

it('reaches the end of a topic that is made anew before the end of the former one', async () => {
  const topic = 'made-anew';
  const admin = testKafka(address()).admin();
  const producer = testKafka(address()).producer();
  await Promise.all([admin.connect(), producer.connect()]);
  await createTopics(admin, [{ topic, numPartitions: 2 }]);
  // Each larger than what is fetched at once.
  const value = Buffer.alloc(2_000);
  for (const partition of [0, 0, 0, 1]) await producer.send({ topic, messages: [{ value, partition }] });

  const kafka = createKafka({ brokers: [address()], clientId: 'test-reader', socketTimeoutMs: 5_000 });
  const stopping = new AbortController();
  reading.push(stopping);
  const anew = new AbortController();
  let hasFetched = false;
  let isAtEnd = false;
  const onBatch = async () => {
    hasFetched = true;
    if (!anew.signal.aborted) await once(anew.signal, 'abort');
  };
  const listener = { onBatch, onEnd: () => void (isAtEnd = true) };
  const ended = new TopicReader(kafka, { topic, fetchBytes: 1_000 }, listener).run(stopping.signal);
  await eventually('it has begun', () => hasFetched);
  await admin.deleteTopics({ topics: [topic] });
  await eventually('it is gone', async () => !(await admin.listTopics()).includes(topic));
  await createTopics(admin, [{ topic }]);
  anew.abort();
  await eventually('it has read everything', () => isAtEnd, 60_000);
  stopping.abort();
  await Promise.all([ended, admin.disconnect(), producer.disconnect()]);
});

it('reads committed records from the beginning to the end, tells so, and follows', async () => {
  await write(numbers(3_000, 3_100), 'abort');
  await write(numbers(3_100, 3_200), 'commit');
  // Many small answers.
  const { state, seen, stop } = read({ fetchBytes: 4_096 });
  await eventually('the end is reached', () => state.atEnd >= 0, 20_000);
  expect(state.atEnd).toBe(3_100);
  await write(numbers(3_200, 3_210));
  await eventually('what came later is read', () => seen.length === 3_110, 20_000);
  expect(sorted(seen)).toEqual([...numbers(0, 3_000), ...numbers(3_100, 3_210)]);
  await stop();

  const later = read({ from: new Map([...state.positions].map(([one, offset]) => [one, offset - 1n])) });
  await eventually('the last of each partition are read again', () => later.state.atEnd === 3, 20_000);
  await later.stop();
});

it('goes on behind what was deleted', async () => {
  const admin = testKafka(address()).admin();
  await admin.connect();
  // kafkajs deletes from topics only that it knows.
  await admin.fetchTopicOffsets('read');
  await admin.deleteTopicRecords({ topic: 'read', partitions: [{ partition: 0, offset: '900' }] });
  await admin.disconnect();
  const { state, seen, stop } = read({ from: new Map([[0, 5n]]) });
  await eventually('the end is reached', () => state.atEnd >= 0, 20_000);
  expect(sorted(seen)[0]).toBe(1);
  expect(sorted(seen.filter((one) => one % 3 === 0))[0]).toBe(2_700);
  await stop();
});

it('goes on after the broker was killed, each record once', async () => {
  const { state, seen, stop: end } = read();
  await eventually('the end is reached', () => state.atEnd >= 0, 20_000);
  const before = seen.length;
  broker.child.kill('SIGKILL');
  await broker.ended;
  await eventually('the trouble is told', () => state.troubles > 0, 20_000);
  await start();
  await write(numbers(4_000, 4_300));
  await eventually('what came later is read', () => seen.length >= before + 300, 30_000);
  expect(sorted(seen).slice(-300)).toEqual(numbers(4_000, 4_300));
  expect(new Set(seen).size).toBe(seen.length);
  expect(state.readable).toBeGreaterThan(1);
  await end();
});
