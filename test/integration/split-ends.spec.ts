import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { createTopics } from '../../tools/lib/create-topics.mjs';
import { Cluster } from '../support/cluster.mjs';
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
import { END_TXN, LossyProxy } from '../support/proxy.js';

/**
 * Kafka 4.3 lets a coordinator that was killed, and is back before the others have missed it, tell partitions of a
 * commit that its successor never hears of. Here broker 1 coordinates all transactions and leads the dead letters;
 * broker 2 leads everything else.
 */
const [COORDINATOR, LEADER, OTHER] = [1, 2, 3];
/** Within it a broker starts also on a busy machine, and no transaction times out that began before. */
const BROKER_SESSION_MS = 12_000;

const topics = uniqueTopics();
/** Clients and the other brokers come to the coordinator by these. */
let forClients: LossyProxy;
let forBrokers: LossyProxy;
const cluster = new Cluster(({ id, port, clientPort }) => {
  const proxied = id === COORDINATOR;
  if (proxied) [forClients.target, forBrokers.target] = [clientPort, port];
  const [ofBrokers, ofClients] = proxied ? [forBrokers.port, forClients.port] : [port, clientPort];
  return {
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${String(ofBrokers)},CLIENT://127.0.0.1:${String(ofClients)}`,
    'broker.session.timeout.ms': String(BROKER_SESSION_MS),
    // One that has timed out is aborted at once.
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '10',
    'transaction.state.log.num.partitions': '1',
    'offsets.topic.num.partitions': '1',
  };
});
const aborted = new AbortController();
const direct = () => testKafka(cluster.addresses.split(',')[LEADER - 1]);
let admin: Admin;
let consumer: Service | undefined;

beforeAll(async () => {
  [forClients, forBrokers] = [await LossyProxy.listen(), await LossyProxy.listen()];
  await cluster.start(3, aborted.signal);
  admin = direct().admin();
  await admin.connect();
  const areThree = async () => (await admin.describeCluster()).brokers.length === 3;
  await eventually('all brokers are there', areThree);
  // It leads the controllers no more: their next leader would miss it sooner.
  await cluster.end(COORDINATOR, 'SIGTERM');
  await cluster.restart(COORDINATOR, aborted.signal);
  await eventually('all brokers are there again', areThree);
  const compacted = [{ name: 'cleanup.policy', value: 'compact' }];
  await place('__transaction_state', COORDINATOR, compacted);
  await place('__consumer_offsets', LEADER, compacted);
  await place(topics.input, LEADER);
  await place(topics.output, LEADER);
  await place(topics.dlq, COORDINATOR);
  const started = await startService('consumer', topics, {
    BOOTSTRAP_SERVERS: `127.0.0.1:${String(forClients.port)}`,
    SESSION_TIMEOUT: '6000',
  });
  consumer = started;
  await eventually('the consumer is ready', () => isReady(started));
});

afterAll(async () => {
  await consumer?.stop('SIGKILL');
  await admin.disconnect();
  await cluster.close();
  await forClients.close();
  await forBrokers.close();
});

/** One partition, led by this broker. */
async function place(topic: string, leader: number, configEntries: { name: string; value: string }[] = []) {
  const replicas = [leader, ...[COORDINATOR, LEADER, OTHER].filter((id) => id !== leader)];
  await createTopics(admin, [{ topic, replicaAssignment: [{ partition: 0, replicas }], configEntries }]);
}

const leaderOf = async (topic: string) =>
  (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions[0]?.leader;

/** Of a partition as a broker has it, in bytes. */
function sizeOf(broker: number, partition: string) {
  const folder = join(cluster.folderOf(broker), partition);
  const logs = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return logs.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** The coordinator notes the next commit, and dies before another broker has heard of that. */
async function killWithNextCommit() {
  const noted = () => sizeOf(COORDINATOR, '__transaction_state-0');
  let before = Infinity;
  forClients.beforeNext(END_TXN, () => {
    forBrokers.isMute = true;
    before = noted();
  });
  await produce(topics.input, numberedEvents(50, 100), direct());
  await eventually('the commit is noted', () => noted() > before);
  await cluster.end(COORDINATOR, 'SIGKILL');
  forBrokers.isMute = false;
}

it('a commit that only a dead coordinator knows of is asked for again, and its batch there as a whole', async () => {
  const reader = await collect([topics.output, topics.dlq], direct());
  await produce(topics.input, numberedEvents(0, 50), direct());
  await eventually('the first events have come out', () => numbersIn(reader).length === 50);

  await killWithNextCommit();
  const output = () => sizeOf(LEADER, `${topics.output}-0`);
  const letters = () => sizeOf(LEADER, `${topics.dlq}-0`);
  const [outputBefore, lettersBefore] = [output(), letters()];
  // It lets nobody in before the others have missed it.
  const restarted = cluster.restart(COORDINATOR, aborted.signal);
  restarted.catch(() => undefined);
  await eventually('it tells the output of the commit', () => output() > outputBefore);
  expect(await leaderOf(topics.dlq)).toBe(COORDINATOR);
  // Otherwise it would often tell the dead letters, too, in the moment in which it is succeeded.
  cluster.signal(COORDINATOR, 'SIGSTOP');
  await eventually('its successor tells the dead letters', () => letters() > lettersBefore);
  cluster.signal(COORDINATOR, 'SIGCONT');
  await restarted;

  await produce(topics.input, numberedEvents(100, 101), direct());
  await eventually('the last event has come out', () => numbersIn(reader).includes(100));
  await eventually('so have all before', () => numbersIn(reader).length >= 101);
  expect(numbersIn(reader).sort((a, b) => a - b)).toEqual(Array.from({ length: 101 }, (_, index) => index));
  await reader.stop();
});
