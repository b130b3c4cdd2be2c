import { describe, expect, it } from '@jest/globals';
import { header, ipOf, lookedUp, numbersOf, statusOf, useIllServer } from '../support/lookups.js';
import { eventually, metric, produce, uniqueTopics, type Collected } from '../support/pipeline.js';

const outside = useIllServer();
/** Of the test that runs at the same time as another one. */
const restarted = useIllServer();

describe('an event that fails for a passing reason', () => {
  it('goes through the retry topics, each time when it is due, and to the dead letters with all its calls', async () => {
    const topics = uniqueTopics();
    const { input, output, dlq } = topics;
    const retries = [`${input}-retry-1`, `${input}-retry-2`];
    outside.server.modes.set(ipOf(1), 'status:503');
    const consumer = await outside.start(topics, { RETRY_DELAYS: '1s,2s' });
    const of = await outside.read(output, dlq, ...retries);
    await produce(input, [
      { ...lookedUp(1), headers: { trace: 'abc', 'retry.attempts': '77', 'retry.due-at': '9'.repeat(15) } },
      lookedUp(2),
    ]);
    await eventually('the event behind it has come out', () => of(output).length === 1);
    expect(numbersOf(of(output))).toEqual([2]);
    await eventually('it is a dead letter', () => of(dlq).length === 1, 30_000);

    const [letter] = of(dlq);
    if (!letter) throw new Error('no dead letter');
    expect(JSON.parse(String(letter.value))).toMatchObject({ number: 1 });
    expect(Object.keys(letter.headers).filter((name) => name.startsWith('retry.'))).toEqual([]);
    expect(header(letter, 'trace')).toBe('abc');
    expect(header(letter, 'dlq.reason')).toBe('RETRIES_EXHAUSTED');
    expect(header(letter, 'dlq.attempts')).toBe('9');
    expect(header(letter, 'kafka_dlt-original-topic')).toBe(input);
    expect(header(letter, '__connect.errors.offset')).toBe('0');
    expect(header(letter, 'kafka_dlt-exception-message')).toBe('enrichment: HTTP 503');

    const times = outside.server.calls.filter(({ ip }) => ip === ipOf(1)).map(({ at }) => at);
    expect(times).toHaveLength(9);
    const [first, second] = retries.map((topic) => Number(header(of(topic)[0] as Collected, 'retry.due-at')));
    for (const [due, at] of [
      [first, times[3]],
      [second, times[6]],
    ] as [number, number][]) {
      expect(at - due).toBeGreaterThanOrEqual(0);
      expect(at - due).toBeLessThanOrEqual(1_000);
    }
    const count = (result: string) =>
      metric(consumer, 'kafka_messages_processed_total', `result="${result}"`);
    await eventually('it is counted', async () => (await count('dlq')) === 1);
    expect([await count('success'), await count('retry')]).toEqual([1, 2]);
    const lag = async () => (await statusOf(consumer)).transport.partitions;
    await eventually('no lag is left', async () =>
      (await lag()).every(({ lagMessages }) => lagMessages === 0),
    );
    expect((await lag()).map(({ topic }) => topic).sort()).toEqual([input, ...retries].sort());
  });

  it.concurrent(
    'survives restarts while it waits, and is processed when the neighbour is well again',
    async () => {
      const topics = uniqueTopics();
      const { input, output, dlq } = topics;
      restarted.server.mode = 'status:500';
      const first = await restarted.start(topics, { RETRY_DELAYS: '6s', SESSION_TIMEOUT: '6000' });
      const of = await restarted.read(output, dlq, `${input}-retry-1`);
      await produce(input, [lookedUp(1), lookedUp(2)]);
      await eventually('both wait', () => of(`${input}-retry-1`).length === 2);
      await first.stop('SIGKILL');
      restarted.server.mode = 'ok';
      const called = restarted.server.calls.length;
      await restarted.start(topics, { RETRY_DELAYS: '6s' });
      await eventually('both are processed', () => of(output).length === 2, 60_000);
      expect(of(dlq)).toEqual([]);
      const due = Number(header(of(`${input}-retry-1`)[0] as Collected, 'retry.due-at'));
      expect((restarted.server.calls[called]?.at ?? 0) - due).toBeGreaterThanOrEqual(0);
      expect(of(output).map(({ headers }) => headers)).toEqual([{}, {}]);
      expect(JSON.parse(String(of(output)[0]?.value))).toMatchObject({ enrichment: { asn: 64_496 } });
    },
  );

  it.concurrent(
    'stays in place and in order with RETRY_DELAYS=none, and then goes to the dead letters',
    async () => {
      const topics = uniqueTopics();
      outside.server.modes.set(ipOf(2), 'status:500');
      await outside.start(topics, { RETRY_DELAYS: 'none' });
      const { outputs, letters } = await outside.sendThree(topics);
      expect([numbersOf(outputs), numbersOf(letters)]).toEqual([[1, 3], [2]]);
      expect(header(letters[0] as Collected, 'dlq.attempts')).toBe('3');
    },
  );
});
