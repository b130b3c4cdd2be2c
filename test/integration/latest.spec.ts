import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { numberedEvents, numbersIn } from '../support/events.js';
import {
  collect,
  eventually,
  isReady,
  produce,
  startService,
  testKafka,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

const topics = uniqueTopics(2);
const start = () =>
  startService('consumer', topics, { AUTO_OFFSET_RESET: 'latest', SESSION_TIMEOUT: '6000' });
let consumer: Service;

beforeAll(async () => {
  consumer = await start();
  await eventually('the topics are there', () => isReady(consumer));
  await consumer.stop();
  const admin = testKafka().admin();
  await admin.connect();
  // As if the group had never been.
  await admin.deleteGroups([topics.group]);
  await admin.disconnect();
  await produce(topics.input, numberedEvents(0, 100));
});

afterAll(() => consumer.stop());

it('begins at the end with `latest`, and loses nothing from there on, killed before its first event', async () => {
  consumer = await start();
  const admin = testKafka().admin();
  await admin.connect();
  await eventually('the start is committed', async () => {
    const [found] = await admin.fetchOffsets({ groupId: topics.group, topics: [topics.input] });
    return found?.partitions.length === 2 && found.partitions.every(({ offset }) => Number(offset) > 0);
  });
  await admin.disconnect();
  await consumer.stop('SIGKILL');
  await produce(topics.input, numberedEvents(100, 200));
  consumer = await start();
  const reader = await collect([topics.output, topics.dlq]);
  const numbers = () => numbersIn(reader);
  await eventually('every event has come out', () => numbers().length >= 100);
  expect(numbers().sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, index) => 100 + index));
  await reader.stop();
});
