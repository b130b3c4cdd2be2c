import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bytes, numbersIn, VALID } from '../support/events.js';
import {
  collect,
  eventually,
  haveLeaders,
  isReady,
  metric,
  produce,
  startService,
  testKafka,
  uniqueTopics,
} from '../support/pipeline.js';

const admin = testKafka().admin();
beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());

const inPartition = (partition: number, number: number) => ({
  partition,
  key: `user-${String(number)}`,
  value: bytes({ ...VALID, number }),
});

it.concurrent.each(['earliest', 'latest'])(
  'partitions added while it runs are taken up by themselves, from their first event (%s)',
  async (reset) => {
    const topics = uniqueTopics(2);
    const consumer = await startService('consumer', topics, { AUTO_OFFSET_RESET: reset });
    await eventually('the consumer is ready', () => isReady(consumer));
    const reader = await collect([topics.output, topics.dlq]);
    const committed = async () =>
      (await admin.fetchOffsets({ groupId: topics.group, topics: [topics.input] }))[0];
    if (reset === 'latest') {
      await eventually('the start is committed', async () =>
        Boolean((await committed())?.partitions.every(({ offset }) => Number(offset) >= 0)),
      );
    }
    await produce(topics.input, [inPartition(0, 1), inPartition(1, 2)]);
    await eventually('the first events have come out', () => numbersIn(reader).length === 2);

    await admin.createPartitions({ topicPartitions: [{ topic: topics.input, count: 4 }] });
    await eventually('the broker knows of the new partitions', () => haveLeaders(admin, [topics.input], 4));
    const added = Date.now();
    await produce(topics.input, [inPartition(2, 3), inPartition(3, 4), inPartition(0, 5)]);
    await eventually('the events of the new partitions have come out', () => numbersIn(reader).length >= 5);
    expect(Date.now() - added).toBeLessThan(15_000);
    await produce(
      topics.input,
      [0, 1, 2, 3].map((partition) => inPartition(partition, 6 + partition)),
    );
    await eventually('the last events have come out', () => numbersIn(reader).length >= 9);
    expect(numbersIn(reader).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await metric(consumer, 'pipeline_consumer_lag_messages')).toBe(0);
    expect(consumer.output()).not.toContain('"level":"error"');
    await Promise.all([consumer.stop(), reader.stop()]);
  },
);
