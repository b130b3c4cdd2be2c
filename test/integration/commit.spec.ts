import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from '../support/cluster.mjs';
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
  type Topics,
} from '../support/pipeline.js';
import { END_TXN, LossyProxy } from '../support/proxy.js';

/** Long enough for the commits of a busy machine, short enough to wait for. */
const SOCKET_TIMEOUT = 2_000;
/** Transactional ids and producers that are idle are forgotten after this time: not while a lost answer is waited for. */
const EXPIRATION = 6_000;

let proxy: LossyProxy;
let broker: Cluster;
beforeAll(async () => {
  proxy = await LossyProxy.listen();
  broker = new Cluster(({ port }) => {
    proxy.target = port;
    return {
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${String(proxy.port)}`,
      'group.min.session.timeout.ms': '1000',
      'transactional.id.expiration.ms': String(EXPIRATION),
      'transaction.remove.expired.transaction.cleanup.interval.ms': '500',
      'producer.id.expiration.ms': String(EXPIRATION),
      'producer.id.expiration.check.interval.ms': '500',
    };
  });
  await broker.start(1, new AbortController().signal);
});

afterAll(async () => {
  await broker.close();
  await proxy.close();
});

const address = () => `127.0.0.1:${String(proxy.port)}`;
const direct = () => testKafka(broker.addresses);

async function start(topics: Topics, env: Record<string, string> = {}): Promise<Service> {
  const consumer = await startService('consumer', topics, {
    BOOTSTRAP_SERVERS: address(),
    SESSION_TIMEOUT: '6000',
    SOCKET_TIMEOUT: String(SOCKET_TIMEOUT),
    ...env,
  });
  await eventually('the consumer is ready', () => isReady(consumer));
  return consumer;
}

const numbersTo = (end: number) => Array.from({ length: end }, (_, index) => index);

describe.each([1, 4])(
  'a running consumer of %i partitions, whose small batches share transactions',
  (partitions) => {
    const topics = uniqueTopics(partitions);
    let consumer: Service;
    let reader: Awaited<ReturnType<typeof collect>>;
    let written = 0;
    let atFirst = 0;

    const transactions = (outcome: string) =>
      metric(consumer, 'pipeline_transactions_total', `outcome="${outcome}"`);
    const repeats = () => consumer.output().split('had to be asked for again').length;
    const rebalances = () => metric(consumer, 'pipeline_rebalances_total');
    const numbers = () => numbersIn(reader);
    const more = async (count: number) => {
      await produce(topics.input, numberedEvents(written, written + count), direct());
      written += count;
    };
    /** What was written twice shows before what was written later. */
    const expectEachOnce = async () => {
      await more(1);
      await eventually('the last event has come out', () => numbers().includes(written - 1));
      await eventually('so have the dead letters before it', () => numbers().length >= written);
      expect(numbers().sort((a, b) => a - b)).toEqual(numbersTo(written));
    };

    beforeAll(async () => {
      consumer = await start(topics);
      atFirst = await rebalances();
      reader = await collect([topics.output, topics.dlq], direct());
    });

    afterAll(async () => {
      await Promise.all([consumer.stop(), reader.stop()]);
    });

    it.each(['answer', 'request'] as const)(
      'asks again to commit when the %s gets lost, and writes each event once',
      async (what) => {
        const [lost, repeated, unknown] = [proxy.lost, repeats(), await transactions('unknown')];
        proxy.lose(END_TXN, what);
        await more(50);
        await eventually('it is committed after all', () => repeats() > repeated);
        expect(proxy.lost).toBe(lost + 1);
        await expectEachOnce();
        expect(await transactions('unknown')).toBe(unknown);
      },
    );

    it('goes on by itself after the broker has forgotten its idle transactional id', async () => {
      const idle = Date.now() + 2 * EXPIRATION;
      await eventually('the id has expired', () => Date.now() > idle);
      await more(50);
      await expectEachOnce();
      expect(consumer.output()).toContain('INVALID_PRODUCER_ID_MAPPING');
    });

    it('says at most one line for each of these and partition, none of them an error, and stays in its group', async () => {
      const lines = consumer.output().split('\n');
      const doneAgain = lines.filter((line) => line.includes('is done again')).length;
      expect(doneAgain).toBeGreaterThanOrEqual(1);
      expect(doneAgain).toBeLessThanOrEqual(3 * partitions);
      expect(lines.filter((line) => line.includes('"level":"error"'))).toEqual([]);
      expect(await rebalances()).toBe(atFirst);
    });
  },
);

it('a consumer killed before its first commit leaves the next one every event, none of them written', async () => {
  const topics = uniqueTopics();
  // Longer than the test: the transaction is still open when the process dies.
  const first = await start(topics, { SOCKET_TIMEOUT: '60000' });
  const { lost } = proxy;
  proxy.lose(END_TXN, 'request');
  await produce(topics.input, numberedEvents(0, 50), direct());
  await eventually('the commit is on its way', () => proxy.lost > lost);
  await first.stop('SIGKILL');

  const second = await start(topics);
  const reader = await collect([topics.output, topics.dlq], direct());
  await produce(topics.input, numberedEvents(50, 51), direct());
  await eventually('the last event has come out', () => numbersIn(reader).includes(50));
  await eventually('so have the dead letters before it', () => numbersIn(reader).length >= 51);
  expect(numbersIn(reader).sort((a, b) => a - b)).toEqual(numbersTo(51));
  await Promise.all([second.stop(), reader.stop()]);
});
