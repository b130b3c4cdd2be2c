import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createTopics } from '../../tools/lib/create-topics.mjs';
import { bytes, numbersIn, VALID } from '../support/events.js';
import {
  collect,
  eventually,
  isReady,
  metric,
  produce,
  startService,
  testKafka,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const kafka = testKafka();
const admin = kafka.admin();
const running: { stop(signal?: NodeJS.Signals): Promise<unknown> }[] = [];

beforeAll(() => admin.connect());
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await admin.disconnect();
});

/**
 * A second later than the batch before, which makes the broker begin a new segment: only closed ones are
 * compacted. Ahead of the broker's clock, which the markers of transactions carry.
 */
let clock = Date.now() + 60_000;
const message = (number: number, key = `user-${String(number)}`, pad = '') => ({
  key,
  value: bytes({ ...VALID, number, pad }),
  timestamp: String(clock),
});
type Messages = ReturnType<typeof message>[];
const numbers = (from: number, end: number) => Array.from({ length: end - from }, (_, index) => from + index);

async function compactedTopic() {
  const topics = uniqueTopics();
  const configEntries = Object.entries({
    'cleanup.policy': 'compact',
    'segment.ms': '500',
    'min.cleanable.dirty.ratio': '0',
    'segment.bytes': '1048576',
    'delete.retention.ms': '0',
  }).map(([name, value]) => ({ name, value }));
  await createTopics(admin, [{ topic: topics.input, configEntries }]);
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
  const other = kafka.producer({
    transactionalId: topics.input,
    idempotent: true,
    maxInFlightRequests: 1,
    retry: { initialRetryTime: 20 },
  });
  await Promise.all([producer.connect(), other.connect()]);
  running.push({ stop: () => Promise.all([producer.disconnect(), other.disconnect()]) });
  return {
    topics,
    write: async (messages: Messages) => {
      await producer.send({ topic: topics.input, messages });
      clock += 1_000;
    },
    /** By another producer, which changes its mind. */
    abort: async (messages: Messages) => {
      const transaction = await other.transaction();
      await transaction.send({ topic: topics.input, messages });
      await transaction.abort();
      clock += 1_000;
    },
    end: async () => BigInt((await admin.fetchTopicOffsets(topics.input))[0]?.high ?? 0),
  };
}

/** Waits until the broker has compacted everything below the offset, as it notes in its checkpoint. */
const compactedTo = (topic: string, offset: bigint) =>
  eventually(
    `${topic} is compacted`,
    () => {
      const lines = readFileSync(
        join(process.env['KAFKA_TEST_DATA'] ?? '', 'cleaner-offset-checkpoint'),
        'utf8',
      );
      return BigInt(new RegExp(`^${topic} 0 (\\d+)$`, 'm').exec(lines)?.[1] ?? 0) >= offset;
    },
    30_000,
  );

const start = async (topics: ReturnType<typeof uniqueTopics>) => {
  const consumer = await startService('consumer', topics, { SESSION_TIMEOUT: '3000' });
  running.push(consumer);
  await eventually('the consumer is ready', () => isReady(consumer));
  return consumer;
};

const hasNoLag = (consumer: Service) =>
  eventually('the lag is 0', async () => (await metric(consumer, 'pipeline_consumer_lag_messages')) === 0);

it.concurrent('what survives compaction comes out once, whatever is gone, over a SIGKILL too', async () => {
  const { topics, write, abort, end } = await compactedTopic();
  const last = new Map<string, number>();
  const events = (from: number, to: number) =>
    numbers(from, to).map((number) => {
      // Each key a few times, far apart: 7919 is prime.
      const key = `user-${String((number * 7_919) % 700)}`;
      last.set(key, number);
      return message(number, key);
    });
  for (let round = 0; round < 8; round++) {
    await write(events(round * 100, round * 100 + 100));
    await abort([message(10_000, 'user-1'), message(10_001, 'another')]);
  }
  // What is in the last segment stays as it is.
  const active = await end();
  await write([message(800, 'tail-1')]);
  await compactedTo(topics.input, active);
  const survivors = new Set([...last.values(), 800]);

  const first = await start(topics);
  const reader = await collect([topics.output, topics.dlq]);
  running.push(reader);
  await eventually('something has come out', () => numbersIn(reader).length > 0);
  await first.stop('SIGKILL');
  await write(events(801, 1_000));
  const secondActive = await end();
  await write([message(1_000, 'tail-2')]);
  await compactedTo(topics.input, secondActive);

  const second = await start(topics);
  await eventually('the last one has come out', () => numbersIn(reader).includes(1_000));
  await hasNoLag(second);
  const written = numbersIn(reader);
  expect(written).toHaveLength(new Set(written).size);
  // Those that were overwritten between the two may be out or not.
  for (const number of [...last.values(), 800, 1_000]) expect(written).toContain(number);
  const known = new Set([...survivors, ...last.values(), 1_000]);
  expect(written.filter((number) => !known.has(number))).toEqual([]);
});

it.concurrent('a segment that ends in the shell of a batch is passed', async () => {
  const { topics, write, end } = await compactedTopic();
  await write(numbers(1, 6).map((number) => message(number)));
  // The broker keeps the last batch of each producer, empty, for the numbers of its sequence.
  await produce(topics.input, [message(10_000, 'user-6')]);
  clock += 1_000;
  // Too large to be put into one segment with those before.
  const pad = 'x'.repeat(523_500);
  await write([6, 7].map((number) => message(number, undefined, pad)));
  const active = await end();
  await write([message(8)]);
  await compactedTo(topics.input, active);
  const consumer = await start(topics);
  const reader = await collect([topics.output, topics.dlq]);
  running.push(reader);
  await eventually('everything has come out', () => numbersIn(reader).length >= 8, 30_000);
  expect(numbersIn(reader).sort((a, b) => a - b)).toEqual(numbers(1, 9));
  await hasNoLag(consumer);
});
