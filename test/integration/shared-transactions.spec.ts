import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CommittedOffsets, createKafka, TransactionalProducer, type OutgoingRecord } from '@pipeline/kafka';
import { createTopics } from '../../tools/lib/create-topics.mjs';
import { bytes, numbersIn, VALID } from '../support/events.js';
import {
  brokers,
  collect,
  eventually,
  isReady,
  metric,
  startService,
  testKafka,
  uniqueTopics,
  type Topics,
} from '../support/pipeline.js';

const kafka = createKafka({ brokers: [brokers()], clientId: 'test-shared', socketTimeoutMs: 5_000 });
const admin = testKafka().admin();
const closing: (() => Promise<unknown>)[] = [];

beforeAll(() => admin.connect());
afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
  await admin.disconnect();
});

/** A member of a group that takes nothing, and a producer of the group's first partition. */
async function setUp() {
  const topics = uniqueTopics(2);
  await createTopics(
    admin,
    [topics.input, topics.output].map((topic) => ({ topic, numPartitions: 2 })),
  );
  const offsets = new CommittedOffsets(kafka, topics.group);
  const producer = await open(topics);
  const member = await join(topics);
  closing.push(() => offsets.close());
  const position = (partition: number, offset: bigint) => ({ topic: topics.input, partition, offset });
  const committed = () =>
    Promise.all(
      [0, 1].map(async (partition) => (await offsets.readStable({ topic: topics.input, partition })).offset),
    );
  return { topics, offsets, producer, member, position, committed };
}

async function open({ group, input, output }: Topics) {
  const producer = await TransactionalProducer.open(kafka, {
    transactionalId: `${group}/${input}/0`,
    groupId: group,
    topics: [output],
    onLostMarkers: () => undefined,
    transactionTimeoutMs: 60_000,
    requestTimeoutMs: 5_000,
  });
  closing.push(() => producer.close());
  return producer;
}

async function join({ group, input }: Topics) {
  const consumer = testKafka().consumer({ groupId: group, heartbeatInterval: 50 });
  closing.push(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topic: input });
  const { promise, resolve } = Promise.withResolvers<{ memberId: string; generationId: number }>();
  consumer.on('consumer.heartbeat', ({ payload: { memberId, groupGenerationId } }) =>
    resolve({ memberId, generationId: groupGenerationId }),
  );
  await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
  return promise;
}

const record = ({ output }: Topics, value: string): OutgoingRecord => ({
  topic: output,
  key: null,
  value,
  headers: [],
  partitionBy: 'source',
  sourcePartition: 0,
});

const write = (topics: Topics, value: string) => (send: (records: OutgoingRecord[]) => Promise<unknown>) =>
  send([record(topics, value)]).then(() => undefined);

/** The output once there are so many records. */
async function outputOf({ output }: Topics, count: number) {
  const reader = await collect([output]);
  closing.push(() => reader.stop());
  const { records } = reader;
  await eventually('the output is there', () => (records.get(output)?.length ?? 0) >= count);
  return records;
}

async function valuesOf(topics: Topics, count: number) {
  const records = await outputOf(topics, count);
  return records.get(topics.output)?.map(({ value }) => value?.toString());
}

it.concurrent('positions of several partitions and the records are committed together', async () => {
  const { topics, producer, member, position, committed } = await setUp();
  await producer.commit([position(0, 5n), position(1, 7n)], write(topics, 'a'), member);
  expect(await committed()).toEqual([5n, 7n]);
  expect(await valuesOf(topics, 1)).toEqual(['a']);
});

it.concurrent('what comes while the coordinator is busy with the transaction before waits', async () => {
  const { topics, producer, member, position, committed } = await setUp();
  const values = Array.from({ length: 20 }, (_, index) => String(index));
  for (const [index, value] of values.entries()) {
    // The second one of each pair has no records.
    await producer.commit([position(0, BigInt(2 * index))], write(topics, value), member);
    await producer.commit([position(0, BigInt(2 * index + 1))], () => Promise.resolve(), member);
  }
  expect(await committed()).toEqual([39n, undefined]);
  expect(await valuesOf(topics, 20)).toEqual(values);
});

it.concurrent.each([
  ['of a former generation', 'ILLEGAL_GENERATION', -1, ''],
  ['of nobody in the group', 'UNKNOWN_MEMBER_ID', 0, 'nobody'],
])('a transaction %s is refused, and nothing of it seen', async (_, type, generations, name) => {
  const { topics, producer, member, position, committed } = await setUp();
  const former = {
    memberId: name === '' ? member.memberId : name,
    generationId: member.generationId + generations,
  };
  const positions = [position(0, 5n), position(1, 7n)];
  const refused = producer.commit(positions, write(topics, 'refused'), former);
  await expect(refused).rejects.toMatchObject({ outcome: 'aborted', cause: { type } });
  expect(await committed()).toEqual([undefined, undefined]);
  const next = await open(topics);
  await next.commit(positions, write(topics, 'taken'), member);
  expect(await valuesOf(topics, 1)).toEqual(['taken']);
});

it.concurrent('a position that an open transaction moves is read when that one has ended', async () => {
  const { topics, offsets, committed } = await setUp();
  const other = testKafka().producer({
    transactionalId: `${topics.group}-other`,
    maxInFlightRequests: 1,
    idempotent: true,
  });
  closing.push(() => other.disconnect());
  await other.connect();
  const transaction = await other.transaction();
  await transaction.send({ topic: topics.output, messages: [{ value: 'open' }] });
  await transaction.sendOffsets({
    consumerGroupId: topics.group,
    topics: [{ topic: topics.input, partitions: [{ partition: 1, offset: '9' }] }],
  });
  const where = { topic: topics.input, partition: 1 };
  await expect(offsets.readStable(where)).rejects.toMatchObject({ type: 'UNSTABLE_OFFSET_COMMIT' });
  // What kafkajs itself asks does not wait: a consumer has to fetch before it can shut anybody out.
  expect(await offsets.read(where)).toBeUndefined();
  const reading = committed();
  await transaction.commit();
  expect(await reading).toEqual([undefined, 9n]);
});

it.concurrent('a transaction that was given up is not committed, however far it is', async () => {
  const { topics, producer, member, position, committed } = await setUp();
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  const given = producer.commit(
    [position(0, 5n), position(1, 7n)],
    async (send) => {
      await send([record(topics, 'given up')]);
      await released;
    },
    member,
  );
  producer.abandon();
  release(undefined);
  await expect(given).rejects.toMatchObject({ outcome: 'aborted' });
  expect(await committed()).toEqual([undefined, undefined]);
});

it.concurrent('few events in many partitions are few transactions, and each is written once', async () => {
  const topics = uniqueTopics(8);
  const consumer = await startService('consumer', topics);
  closing.push(() => consumer.stop());
  await eventually('the consumer is ready', () => isReady(consumer));
  const producer = testKafka().producer();
  closing.push(() => producer.disconnect());
  await producer.connect();
  const rounds = 25;
  for (let round = 0; round < rounds; round++) {
    const messages = Array.from({ length: topics.partitions }, (_, partition) => ({
      partition,
      key: `user-${String(partition)}`,
      value: bytes({ ...VALID, number: round * topics.partitions + partition }),
    }));
    await producer.send({ topic: topics.input, messages });
  }
  const count = rounds * topics.partitions;
  const numbers = numbersIn({ records: await outputOf(topics, count) });
  expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, number) => number));
  const transactions = await metric(consumer, 'pipeline_transactions_total', 'outcome="committed"');
  expect(transactions).toBeLessThan(count / 2);
});
