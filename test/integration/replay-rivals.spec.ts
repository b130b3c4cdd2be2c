import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { areIndexed } from '../support/dead-letters.js';
import { bytes, numberOf, VALID } from '../support/events.js';
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

interface Operation {
  readonly id: string;
  readonly state: string;
  readonly total: number;
  readonly done: number;
  readonly runner: string | null;
}

const topics = uniqueTopics();
const env = { ADMIN_COMMAND_LIMIT: '10000', OPERATION_TAKEOVER: '5000', SESSION_TIMEOUT: '3000' };
let first: Service;
let second: Service;
let written: Awaited<ReturnType<typeof collect>>;
let produced = 0;

beforeAll(async () => {
  [first, second] = await Promise.all([
    startService('consumer', topics, env),
    startService('consumer', topics, env),
  ]);
  await eventually('both are ready', async () => (await isReady(first)) && (await isReady(second)));
  written = await collect([topics.input]);
});

afterAll(async () => {
  await Promise.all([first.stop('SIGKILL'), second.stop('SIGKILL')]);
  await written.stop();
});

async function ask<T>(service: Service, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${service.url}/admin/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const content: unknown = await answer.json();
  if (answer.status !== 200) throw new Error(`${String(answer.status)}: ${JSON.stringify(content)}`);
  return content as T;
}
const operation = (service: Service, id: string) => ask<Operation>(service, `operations/${id}`);

/** Makes dead letters, waits until both have them in their index, and returns the filter that means them. */
async function die(numbers: readonly number[]) {
  const allAreIndexed = () => Promise.all([first, second].map((service) => areIndexed(service, produced)));
  // Replays of the test before, which die again, are not meant.
  await allAreIndexed();
  const from = new Date().toISOString();
  await produce(
    topics.input,
    numbers.map((number) => ({ value: bytes({ ...VALID, ip: '10.0.0.1', number }) })),
  );
  produced += numbers.length;
  await allAreIndexed();
  return { from, to: new Date().toISOString(), replayed: false };
}

/** The numbers of these that were replayed, as often as they were. */
const replayed = (numbers: readonly number[]): readonly number[] =>
  (written.records.get(topics.input) ?? [])
    .filter(({ headers, value }) => headers['dlq.operation-id'] && numbers.includes(numberOf(value)))
    .map(({ value }) => numberOf(value))
    .sort((a, b) => a - b);

const range = (from: number, end: number) => Array.from({ length: end - from }, (_, index) => from + index);

it('of two operators who replay the same at the same time, one is refused, and nothing is doubled', async () => {
  const numbers = range(0, 60);
  const command = { filter: await die(numbers), rate: 10 };
  const answers = await Promise.allSettled(
    [first, second].map((service) => ask<Operation>(service, 'dead-letters/replay', command)),
  );
  const begun = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.id] : []));
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason)] : []));
  expect(begun).toHaveLength(1);
  expect(refused.join()).toContain('409');
  for (const service of [first, second]) {
    await eventually('it is done', async () => (await operation(service, begun[0] ?? '')).state === 'done');
  }
  await eventually('the replays are read', () => replayed(numbers).length >= numbers.length);
  // At once, and by the other one: what was replayed a moment ago is known to have been.
  await expect(ask(second, 'dead-letters/replay', command)).rejects.toThrow('400');
  expect(replayed(numbers)).toEqual(numbers);
});

it('an order is answered once it has been read back, also from behind a transaction that is open', async () => {
  const numbers = range(500, 520);
  const command = { filter: await die(numbers) };
  const topic = `${topics.group}-operations`;
  const consumer = testKafka().consumer({ groupId: `${topics.group}-looking`, readUncommitted: true });
  const producer = testKafka().producer({
    ...{ transactionalId: `${topics.group}-somebody`, idempotent: true, maxInFlightRequests: 1 },
  });
  await Promise.all([consumer.connect(), producer.connect()]);
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ key: 'x', value: 'of no use' }] });
  const orders: string[] = [];
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => Promise.resolve(void orders.push(String(message.value))),
  });
  const answers = [first, second].map((service) => ask<Operation>(service, 'dead-letters/replay', command));
  const isOrder = (text: string) => text.includes(String(Date.parse(command.filter.from)));
  await eventually('both orders are in the topic', () => orders.filter(isOrder).length >= 2);
  await transaction.abort();
  const [begun, refused] = (await Promise.allSettled(answers)).sort((one) =>
    one.status === 'fulfilled' ? -1 : 1,
  );
  expect(begun).toMatchObject({ status: 'fulfilled', value: { total: numbers.length } });
  expect(refused).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining('409') } });
  await eventually('the replays are read', () => replayed(numbers).length >= numbers.length);
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
  const { id } = (begun as PromiseFulfilledResult<Operation>).value;
  await eventually('it is done', async () => (await operation(second, id)).state === 'done');
  expect(replayed(numbers)).toEqual(numbers);
});

it('a runner that was stopped and goes on is shut out by the one that has taken over', async () => {
  const numbers = range(1_000, 1_120);
  const { id } = await ask<Operation>(first, 'dead-letters/replay', { filter: await die(numbers), rate: 10 });
  await eventually('it is at work', async () => (await operation(second, id)).done >= 10);
  const { runner } = await operation(second, id);
  process.kill(first.pid, 'SIGSTOP');
  try {
    await eventually('the other one goes on', async () => {
      const now = await operation(second, id);
      return now.runner !== runner && now.done >= 30;
    });
  } finally {
    process.kill(first.pid, 'SIGCONT');
  }
  await eventually('the first one notices', () => first.output().includes(`${id} has been taken by another`));
  await ask(second, `operations/${id}/pause`, {});
  await ask(second, `operations/${id}/resume`, {});
  await eventually('it is done', async () => (await operation(second, id)).state === 'done');
  expect(await operation(second, id)).toMatchObject({ total: numbers.length, done: numbers.length });
  await eventually('the replays are read', () => replayed(numbers).length >= numbers.length);
  expect(replayed(numbers)).toEqual(numbers);
});
