import { describe, expect, it } from '@jest/globals';
import { bytes, VALID } from '../support/events.js';
import { header, ipOf, lookedUp, numbersOf, statusOf, useIllServer } from '../support/lookups.js';
import {
  eventually,
  metric,
  produce,
  uniqueTopics,
  type Collected,
  type Service,
} from '../support/pipeline.js';

// The rows of the table in docs/RELIABILITY.md, but for those that need a step of their own: steps.spec.ts.
const outside = useIllServer();
const NO_CIRCUIT = { CIRCUIT_MINIMUM_CALLS: '1000' };
const status = async ({ url }: Service, path: string) => (await fetch(`${url}${path}`)).status;
interface Health {
  readonly details: {
    readonly circuits: { readonly enrichment?: { readonly state: string } };
    readonly kafka: { readonly pausedBy: readonly string[] };
  };
}
const linesWith = (consumer: Service, text: string) =>
  consumer
    .output()
    .split('\n')
    .filter((line) => line.includes(text));

describe('a good answer', () => {
  it('is added with all its digits; an event without an address is not looked up, a forged field dropped', async () => {
    const topics = uniqueTopics();
    const { server } = outside;
    await outside.start(topics);
    const of = await outside.read(topics.output, topics.dlq);
    const ipv6 = '2001:4860:4860::8888';
    await produce(topics.input, [
      lookedUp(1, { enrichment: 'forged' }),
      lookedUp(2, { ip: null, enrichment: 'forged' }),
      lookedUp(3, { ip: ipv6, id: 1 }),
      lookedUp(4, { ip: '10.0.0.1' }),
    ]);
    await eventually('all have come out', () => of(topics.output).length + of(topics.dlq).length === 4);
    const outputs = of(topics.output).map(
      ({ value }) => JSON.parse(String(value)) as Record<string, unknown>,
    );
    expect(outputs.map(({ enrichment }) => enrichment)).toEqual([
      { ip: ipOf(1), asn: 64_496, serial: expect.any(Number) },
      undefined,
      { ip: ipv6, asn: 64_496, serial: expect.any(Number) },
    ]);
    expect(String(of(topics.output)[0]?.value)).toContain('"serial":18446744073709551615');
    expect(server.calls.map(({ ip }) => ip).sort()).toEqual([ipv6, ipOf(1)].sort());
  });
});

describe('a permanent failure', () => {
  it('sends its event to the dead letters at once', async () => {
    const topics = uniqueTopics();
    outside.server.modes.set(ipOf(2), 'status:404');
    const consumer = await outside.start(topics);
    const { outputs, letters } = await outside.sendThree(topics);
    expect([numbersOf(outputs), numbersOf(letters)]).toEqual([[1, 3], [2]]);
    const letter = letters[0] as Collected;
    expect(header(letter, 'dlq.reason')).toBe('PROCESSING_FAILED');
    expect(header(letter, 'dlq.attempts')).toBe('1');
    expect(await metric(consumer, 'pipeline_dlq_total', 'reason="PROCESSING_FAILED"')).toBe(1);
    expect(await status(consumer, '/health')).toBe(200);
  });
});

describe('a passing failure', () => {
  it('sends its event to the retry topic, whatever it is, and no other', async () => {
    const topics = uniqueTopics();
    const kinds = {
      'status:500': 'HTTP 500',
      'status:408': 'HTTP 408',
      'status:425': 'HTTP 425',
      'status:429': 'HTTP 429',
      'status:302': 'HTTP 302',
      slow: 'timeout',
      'half-closed': 'UND_ERR_SOCKET',
      giant: 'UND_ERR_RES_EXCEEDED_MAX_SIZE',
      invalid: 'the answer is not a JSON object',
      list: 'the answer is not a JSON object',
    } as const;
    Object.keys(kinds).forEach((kind, index) =>
      outside.server.modes.set(ipOf(index), kind as keyof typeof kinds),
    );
    const consumer = await outside.start(topics, {
      ...NO_CIRCUIT,
      RETRY_DELAYS: '1h',
      ENRICHMENT_TIMEOUT: '1000',
    });
    const retry = `${topics.input}-retry-1`;
    const of = await outside.read(topics.output, topics.dlq, retry);
    const count = Object.keys(kinds).length;
    await produce(
      topics.input,
      Array.from({ length: count + 2 }, (_, number) => lookedUp(number)),
    );
    await eventually('all have come out', () => of(topics.output).length + of(retry).length === count + 2);
    expect(numbersOf(of(topics.output))).toEqual([count, count + 1]);
    expect(of(retry).map((record) => header(record, 'retry.error'))).toEqual(
      Object.values(kinds).map((text) => `PassingError: enrichment: ${text}`),
    );
    expect(of(retry).map((record) => header(record, 'retry.attempts'))).toEqual(Array(count).fill('3'));
    expect(of(topics.dlq)).toEqual([]);
    await eventually('they wait', async () => {
      const { partitions } = (await statusOf(consumer)).transport;
      return partitions.find(({ topic }) => topic === retry)?.pausedBy.join() === 'retry-not-due';
    });
    expect(await metric(consumer, 'kafka_messages_processed_total', 'result="retry"')).toBe(count);
    expect(
      await metric(consumer, 'pipeline_consumer_lag_messages', `topic="${retry}"`),
    ).toBeGreaterThanOrEqual(count);
    expect([await status(consumer, '/health'), await status(consumer, '/health/live')]).toEqual([200, 200]);
  });
});

describe('an open circuit', () => {
  const servers = { refusing: useIllServer(), slow: useIllServer() };

  it.concurrent.each(['refusing', 'slow'] as const)(
    'makes all events wait in Kafka, and a trial lets them go on: %s',
    async (kind) => {
      const topics = uniqueTopics();
      const outside = servers[kind];
      const { server } = outside;
      const consumer = await outside.start(topics, {
        CIRCUIT_TRIAL_AFTER: '1000',
        ENRICHMENT_TIMEOUT: '300',
        RETRY_DELAYS: '1h',
      });
      const retry = `${topics.input}-retry-1`;
      const of = await outside.read(topics.output, topics.dlq, retry);
      if (kind === 'refusing') await server.refuse();
      else server.mode = kind;
      // Most are not looked up: they must not count as successes.
      await produce(
        topics.input,
        Array.from({ length: 200 }, (_, number) => lookedUp(number, number % 3 ? { ip: undefined } : {})),
      );
      // Every second it is half-open for the time of a trial.
      let open = await statusOf(consumer);
      await eventually('the circuit is open', async () => {
        open = await statusOf(consumer);
        return open.circuits[0]?.state === 'open';
      });
      expect(open.circuits).toEqual([{ name: 'enrichment', state: 'open', since: expect.any(String) }]);
      expect(open.transport.pausedBy).toEqual(['circuit']);
      await eventually('health tells', async () => {
        const health = await fetch(`${consumer.url}/health`);
        expect(health.status).toBe(200);
        const { details } = (await health.json()) as Health;
        return details.circuits.enrichment?.state === 'open' && details.kafka.pausedBy.join() === 'circuit';
      });
      await eventually(
        'a metric tells',
        async () => (await metric(consumer, 'pipeline_circuit_state')) === 2,
      );
      await eventually('it counts as paused', async () => (await metric(consumer, 'pipeline_paused')) === 1);
      await eventually(
        'trials fail',
        () => linesWith(consumer, 'circuit of enrichment is half-open').length > 1,
      );
      expect(of(topics.output)).toEqual([]);

      server.mode = 'ok';
      await server.start();
      await eventually('all events are processed', () => of(topics.output).length === 200, 30_000);
      expect(numbersOf(of(topics.output))).toEqual(Array.from({ length: 200 }, (_, number) => number));
      expect([of(retry), of(topics.dlq)]).toEqual([[], []]);
      expect(await metric(consumer, 'pipeline_circuit_state')).toBe(0);
      expect((await statusOf(consumer)).transport.pausedBy).toEqual([]);
      expect(linesWith(consumer, 'circuit of enrichment is closed')).toHaveLength(1);
    },
  );
});

describe('an event that takes too long', () => {
  it('goes to the dead letters, and the others do not wait for it', async () => {
    const topics = uniqueTopics();
    outside.server.modes.set(ipOf(1), 'slow');
    const consumer = await outside.start(topics, { EVENT_TIMEOUT: '2000', ENRICHMENT_TIMEOUT: '60000' });
    const of = await outside.read(topics.output, topics.dlq);
    await produce(
      topics.input,
      [0, 1, 2].map((number) => lookedUp(number)),
    );
    await eventually('all have come out', () => of(topics.output).length + of(topics.dlq).length === 3);
    expect([numbersOf(of(topics.output)), numbersOf(of(topics.dlq))]).toEqual([[0, 2], [1]]);
    const letter = of(topics.dlq)[0] as Collected;
    expect(header(letter, 'dlq.reason')).toBe('EVENT_TIMEOUT');
    expect(header(letter, 'dlq.attempts')).toBe('1');
    expect(await metric(consumer, 'pipeline_dlq_total', 'reason="EVENT_TIMEOUT"')).toBe(1);
    expect([await status(consumer, '/health'), await status(consumer, '/health/live')]).toEqual([200, 200]);
  });
});

describe('a flood of dead letters', () => {
  const invalid = (count: number) =>
    Array.from({ length: count }, () => ({ value: bytes({ ...VALID, ip: 'x' }) }));

  it.concurrent('is told, and pauses until an operator resumes, when that is wanted', async () => {
    const topics = uniqueTopics();
    const consumer = await outside.start(topics, { DLQ_FLOOD_ACTION: 'pause' });
    const of = await outside.read(topics.output, topics.dlq);
    await produce(topics.input, invalid(999));
    await eventually('all are dead letters', () => of(topics.dlq).length === 999);
    expect((await statusOf(consumer)).transport.pausedBy).toEqual([]);
    await produce(topics.input, invalid(1));
    await eventually('it is paused', async () => (await statusOf(consumer)).transport.pausedBy.length > 0);
    const flooded = await statusOf(consumer);
    expect([flooded.flood, flooded.transport.pausedBy]).toEqual([true, ['flood']]);
    expect(linesWith(consumer, '1000 of the 1000 events of the last minute')).toHaveLength(1);
    expect(await metric(consumer, 'pipeline_dlq_flood')).toBe(1);
    expect(await metric(consumer, 'pipeline_dlq_floods_total')).toBe(1);
    expect(await status(consumer, '/health')).toBe(200);

    await produce(topics.input, [lookedUp(1)]);
    expect((await fetch(`${consumer.url}/admin/resume`, { method: 'POST' })).status).toBe(200);
    await eventually('it goes on', () => of(topics.output).length === 1, 30_000);
    const after = await statusOf(consumer);
    expect([after.flood, after.transport.pausedBy]).toEqual([false, []]);
  });

  it.concurrent('pauses nothing by default', async () => {
    const topics = uniqueTopics();
    const consumer = await outside.start(topics);
    await produce(topics.input, invalid(1_500));
    await eventually('it is told', async () => (await metric(consumer, 'pipeline_dlq_flood')) === 1);
    await produce(topics.input, invalid(100));
    await eventually(
      'all are dead letters',
      async () => (await metric(consumer, 'pipeline_dlq_total', 'reason="VALIDATION_FAILED"')) === 1_600,
    );
    expect(linesWith(consumer, 'events of the last minute')).toHaveLength(1);
    expect((await statusOf(consumer)).transport.pausedBy).toEqual([]);
  });
});

describe('a shutdown while look-ups are in progress', () => {
  it('ends at once, and the next instance begins with the same events', async () => {
    const topics = uniqueTopics();
    const { server } = outside;
    server.mode = 'slow';
    const settings = { ...NO_CIRCUIT, ENRICHMENT_TIMEOUT: '60000', EVENT_TIMEOUT: '60000' };
    const first = await outside.start(topics, settings);
    const of = await outside.read(topics.output, topics.dlq);
    await produce(
      topics.input,
      Array.from({ length: 30 }, (_, number) => lookedUp(number)),
    );
    await eventually('look-ups are in progress', () => server.inProgress === 10);
    const began = Date.now();
    expect(await first.stop()).toBe(0);
    expect(Date.now() - began).toBeLessThan(5_000);
    await eventually('they are given up', () => server.inProgress === 0);
    server.mode = 'ok';
    await outside.start(topics, settings);
    await eventually('all are processed', () => of(topics.output).length === 30, 60_000);
    expect(numbersOf(of(topics.output))).toEqual(Array.from({ length: 30 }, (_, number) => number));
    expect(of(topics.dlq)).toEqual([]);
  });
});
