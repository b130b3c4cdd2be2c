import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Admin, Transaction } from 'kafkajs';
import { Cluster } from '../support/cluster.mjs';
import { bytes, VALID } from '../support/events.js';
import {
  collect,
  eventually,
  haveLeaders,
  isReady,
  produce,
  startService,
  testKafka,
  uniqueTopics,
  type Service,
  type Topics,
} from '../support/pipeline.js';

/**
 * Kafka 4.3 takes a partition without a leader for a deleted one when a transaction ends: it writes no marker there,
 * and counts the transaction as ended. What was written would be decided by the producer's next transaction, and
 * until then readers would wait. Here broker 3 is the only one that has the output and the positions of some groups.
 */
const LAST = 3;
const cluster = new Cluster(() => ({ 'min.insync.replicas': '1', 'offsets.topic.num.partitions': '2' }));
const aborted = new AbortController();
const kafka = () => testKafka(cluster.addresses.split(',')[0]);
let admin: Admin;
const running: Service[] = [];

beforeAll(async () => {
  await cluster.start(3, aborted.signal);
  admin = kafka().admin();
  await admin.connect();
  await eventually('all brokers are there', async () => (await admin.describeCluster()).brokers.length === 3);
  await placeTopic('__consumer_offsets', [[1], [LAST]], [{ name: 'cleanup.policy', value: 'compact' }]);
});

afterAll(async () => {
  await Promise.all(running.map((one) => one.stop('SIGKILL')));
  await admin.disconnect();
  await cluster.close();
});

async function placeTopic(
  topic: string,
  replicas: number[][],
  configEntries: { name: string; value: string }[] = [],
) {
  const replicaAssignment = replicas.map((some, partition) => ({ partition, replicas: some }));
  await admin.createTopics({
    waitForLeaders: false,
    topics: [{ topic, replicaAssignment, configEntries }],
  });
}

/** The broker that keeps a group's position, by the partition that the group is in. */
const brokerOf = (group: string) => {
  let hash = 0;
  for (const character of group) hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return Math.abs(hash) % 2 === 0 ? 1 : LAST;
};

function topicsOf(broker: number): Topics {
  for (;;) {
    const topics = uniqueTopics();
    if (brokerOf(topics.group) === broker) return topics;
  }
}

/** One event was read, and what it became written, by a transaction that is still open. */
async function beginTransaction(topics: Topics) {
  const { input, output, dlq, group } = topics;
  await placeTopic(input, [[1, 2]]);
  await placeTopic(dlq, [[1, 2]]);
  await placeTopic(output, [[LAST]]);
  await eventually('the topics have leaders', () => haveLeaders(admin, [input, output, dlq]));
  await produce(input, [{ key: 'k', value: bytes({ ...VALID, number: 1 }) }], kafka());
  const producer = kafka().producer({
    transactionalId: `${group}/${input}/0`,
    transactionTimeout: 600_000,
    maxInFlightRequests: 1,
  });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic: output, messages: [{ value: bytes({ number: 1, written: 'before' }) }] });
  return { transaction, close: () => producer.disconnect() };
}

const moveOn = async (transaction: Transaction, { group, input }: Topics) =>
  transaction.sendOffsets({
    consumerGroupId: group,
    topics: [{ topic: input, partitions: [{ partition: 0, offset: '1' }] }],
  });

/** Ends transactions while the output has no leader; then the broker is back. */
async function endWithoutLeader(outputs: string[], end: () => Promise<unknown>) {
  await cluster.end(LAST, 'SIGTERM');
  for (const output of outputs) {
    await eventually('the output has no leader', async () => !(await haveLeaders(admin, [output])));
  }
  await end();
  await cluster.restart(LAST, aborted.signal);
  await eventually('the outputs have leaders', () => haveLeaders(admin, outputs));
}

/** What readers of committed records see once the consumer has taken one event more. */
async function outputAfterOneMore(topics: Topics) {
  const consumer = await startService('consumer', topics, { BOOTSTRAP_SERVERS: cluster.addresses });
  running.push(consumer);
  await eventually('the consumer is ready', () => isReady(consumer));
  await produce(topics.input, [{ key: 'k', value: bytes({ ...VALID, number: 2 }) }], kafka());
  const reader = await collect([topics.output], kafka());
  const values = () =>
    (reader.records.get(topics.output) ?? []).map(
      ({ value }) => JSON.parse(String(value)) as { number: number; written?: string },
    );
  await eventually('the second event has come out', () => values().some(({ number }) => number === 2));
  await reader.stop();
  expect(consumer.output()).toContain('brokers had lost the end of the transaction');
  return values().map(({ number, written }) => `${String(number)} ${written ?? 'now'}`);
}

interface Case {
  readonly name: string;
  readonly topics: Topics;
  readonly end: (transaction: Transaction) => Promise<void>;
  readonly output: readonly string[];
}

const commit = (transaction: Transaction) => transaction.commit();
const CASES: readonly Case[] = [
  {
    name: 'that was aborted stays so, and its event is processed once',
    topics: topicsOf(1),
    end: (transaction) => transaction.abort(),
    output: ['1 now', '2 now'],
  },
  {
    name: 'that was committed stays so, where the position tells',
    topics: topicsOf(1),
    end: commit,
    output: ['1 before', '2 now'],
  },
  {
    name: 'that was committed stays so, where not even the position tells',
    topics: topicsOf(LAST),
    end: commit,
    output: ['1 before', '2 now'],
  },
];

beforeAll(async () => {
  const begun = await Promise.all(
    CASES.map(async ({ topics, end }) => {
      const { transaction, close } = await beginTransaction(topics);
      if (end === commit) await moveOn(transaction, topics);
      return { end: () => end(transaction), close };
    }),
  );
  const outputs = CASES.map(({ topics }) => topics.output);
  await endWithoutLeader(outputs, () => Promise.all(begun.map(({ end }) => end())));
  await Promise.all(begun.map(({ close }) => close()));
});

it.each(CASES)('a transaction $name', async ({ topics, output }) => {
  expect(await outputAfterOneMore(topics)).toEqual(output);
});
