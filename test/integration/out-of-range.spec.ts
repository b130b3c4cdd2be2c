import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { numberedEvents, numbersIn } from '../support/events.js';
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

const admin = testKafka().admin();

beforeAll(() => admin.connect());
afterAll(() => admin.disconnect());

const running: { stop(): Promise<unknown> }[] = [];
afterAll(async () => {
  await Promise.all(running.map((one) => one.stop()));
});

/** A group that has taken 100 events, and a topic that lost 150 of the 200 behind them before it came back. */
async function loseEvents(env: Record<string, string>) {
  const topics = uniqueTopics(1);
  const first = await startService('consumer', topics, env);
  running.push(first);
  await eventually('the consumer is ready', () => isReady(first));
  await produce(topics.input, numberedEvents(0, 100));
  const reader = await collect([topics.output, topics.dlq]);
  running.push(reader);
  const numbers = () => numbersIn(reader);
  await eventually('the first events have come out', () => numbers().length >= 100);
  expect(await first.stop()).toBe(0);
  await produce(topics.input, numberedEvents(100, 300));
  // kafkajs deletes records only of topics that it has looked up.
  await admin.fetchTopicOffsets(topics.input);
  await admin.deleteTopicRecords({ topic: topics.input, partitions: [{ partition: 0, offset: '250' }] });
  const consumer = await startService('consumer', topics, env);
  running.push(consumer);
  return { topics, numbers, consumer };
}

const partitionOf = async (consumer: Service) => {
  const status = (await (await fetch(`${consumer.url}/admin/status`)).json()) as {
    transport: { partitions: { pausedBy: string[] }[] };
  };
  return status.transport.partitions[0];
};
const after = (numbers: readonly number[]) => [...numbers].filter((one) => one >= 100).sort((a, b) => a - b);
const numbersFrom = (first: number, end: number) =>
  Array.from({ length: end - first }, (_, index) => first + index);

it.concurrent.each(['exactly-once', 'at-least-once'])(
  'a position that is gone stops its partition until an operator resumes (%s)',
  async (guarantee) => {
    const { topics, numbers, consumer } = await loseEvents({ DELIVERY_GUARANTEE: guarantee });
    await eventually('the consumer is ready', () => isReady(consumer));
    await eventually('the partition stops', async () =>
      Boolean((await partitionOf(consumer))?.pausedBy.includes('offset-out-of-range')),
    );
    await eventually('it says so', () => consumer.output().includes('150 events are gone'));
    expect(consumer.output()).toContain(`offset 100 of ${topics.input}/0 is out of range`);
    expect(await metric(consumer, 'pipeline_offset_out_of_range_total')).toBe(1);
    expect(await isReady(consumer)).toBe(true);
    expect((await fetch(`${consumer.url}/health/live`)).status).toBe(200);
    expect(after(numbers())).toEqual([]);

    expect((await fetch(`${consumer.url}/admin/resume`, { method: 'POST' })).status).toBe(200);
    await eventually('what is left comes out', () => after(numbers()).length >= 50);
    expect(after(numbers())).toEqual(numbersFrom(250, 300));
    expect((await partitionOf(consumer))?.pausedBy).toEqual([]);
    expect(consumer.output().match(/is out of range/g)).toHaveLength(1);
  },
);

it.concurrent(
  'a position that is gone is left behind at once with OFFSET_OUT_OF_RANGE=reset, and told',
  async () => {
    const { numbers, consumer } = await loseEvents({ OFFSET_OUT_OF_RANGE: 'reset' });
    await eventually('what is left comes out', () => after(numbers()).length >= 50);
    expect(after(numbers())).toEqual(numbersFrom(250, 300));
    expect(consumer.output()).toContain('150 events are gone. It goes on from 250');
    expect(await metric(consumer, 'pipeline_offset_out_of_range_total')).toBe(1);
  },
);
