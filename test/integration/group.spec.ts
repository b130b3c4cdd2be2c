import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { numberedEvents, numberOf, numbersIn } from '../support/events.js';
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

const SESSION_TIMEOUT = 6_000;

describe('several instances on four partitions', () => {
  const topics = uniqueTopics(4);
  const start = () => startService('consumer', topics, { SESSION_TIMEOUT: String(SESSION_TIMEOUT) });
  const services: Service[] = [];
  let reader: Awaited<ReturnType<typeof collect>>;
  let produced = 0;

  const written = () => [...reader.records.values()].flat();
  const more = async (count: number) => {
    await produce(topics.input, numberedEvents(produced, produced + count));
    produced += count;
  };
  const allCameOut = () => eventually('every event has come out', () => written().length >= produced);
  const successes = (service: Service) => metric(service, 'kafka_messages_processed_total');

  const command = async ({ url }: Service, what: 'pause' | 'resume') => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ scope: 'instance' });
    return (await fetch(`${url}/admin/${what}`, { method: 'POST', headers, body })).status;
  };

  const expectEachOnceInOrder = () => {
    const numbers = numbersIn(reader);
    expect(numbers).toHaveLength(produced);
    expect(new Set(numbers).size).toBe(produced);
    const last = new Map<string, number>();
    const outOfOrder = (reader.records.get(topics.output) ?? []).filter(({ key, value }) => {
      const before = last.get(String(key)) ?? -1;
      last.set(String(key), numberOf(value));
      return numberOf(value) < before;
    });
    expect(outOfOrder).toEqual([]);
    const invalid = (reader.records.get(topics.dlq) ?? []).map(({ value }) => numberOf(value));
    expect(invalid.filter((number) => number % 20 !== 0)).toEqual([]);
    expect(invalid).toHaveLength(Math.ceil(produced / 20));
  };

  beforeAll(async () => {
    services.push(await start(), await start());
    await eventually('both are ready', async () => (await Promise.all(services.map(isReady))).every(Boolean));
    reader = await collect([topics.output, topics.dlq]);
  });

  afterAll(async () => {
    await reader.stop();
    await Promise.all(services.map((service) => service.stop()));
  });

  it('share the work, keep the order of every key, and write each event once', async () => {
    const admin = testKafka().admin();
    await admin.connect();
    await eventually('two members share the partitions', async () => {
      const { groups } = await admin.describeGroups([topics.group]);
      return groups[0]?.state === 'Stable' && groups[0].members.length === 2;
    });
    await admin.disconnect();
    await more(10_000);
    await allCameOut();
    expectEachOnceInOrder();
    for (const service of services) expect(await successes(service)).toBeGreaterThan(0);
  });

  it('keep a paused member over several session timeouts and a rebalance, which then goes on', async () => {
    const [first, second] = services as [Service, Service];
    for (const service of [first, second]) {
      expect(await command(service, 'pause')).toBe(200);
    }
    const before = [await successes(first), await successes(second)];
    await more(2_000);
    const end = Date.now() + 3 * SESSION_TIMEOUT;
    await eventually('three session timeouts have passed', () => Date.now() > end);
    expect(await Promise.all([first, second].map(isReady))).toEqual([true, true]);

    const third = await start();
    services.push(third);
    await eventually('the third is ready', () => isReady(third));
    await eventually('a third member takes its share', async () => (await successes(third)) > 0);
    expect([await successes(first), await successes(second)]).toEqual(before);
    await eventually(
      'its lag is known again',
      async () => (await metric(first, 'pipeline_consumer_lag_messages')) > 0,
    );
    // Its end gives the other two the partitions back that they had already stopped fetching.
    expect(await third.stop()).toBe(0);

    for (const service of [first, second]) {
      expect(await command(service, 'resume')).toBe(200);
    }
    await allCameOut();
    expectEachOnceInOrder();
  });

  it('lose nothing when one is stopped and another killed in mid-stream', async () => {
    const third = await start();
    services.push(third);
    await eventually('the third is ready', () => isReady(third));
    const [first, second] = services as [Service, Service];
    const before = await successes(first);
    const sending = more(10_000);
    await eventually('the stream is being processed', async () => (await successes(first)) > before);
    expect(await first.stop()).toBe(0);
    await second.stop('SIGKILL');
    await sending;
    services.push(await start());
    await allCameOut();
    expectEachOnceInOrder();
    await eventually('the third is ready again', () => isReady(third));
  });
});
