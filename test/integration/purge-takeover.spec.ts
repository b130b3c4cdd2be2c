import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Order } from '../../apps/consumer/src/operations/operation.js';
import { encodeFact } from '../../apps/consumer/src/operations/operation-record.js';
import { bytes, VALID } from '../support/events.js';
import {
  eventually,
  isReady,
  produce,
  startService,
  testKafka,
  uniqueTopics,
  type Service,
  type Topics,
} from '../support/pipeline.js';

const SECRET = 'a secret of this group';
const LETTERS = 10;
const LATER_ONES = 3;

interface Purge {
  readonly state: string;
  readonly done: number;
  readonly runner: string | null;
}

async function withAdmin<T>(
  work: (admin: ReturnType<ReturnType<typeof testKafka>['admin']>) => Promise<T>,
): Promise<T> {
  const admin = testKafka().admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

const firstOffset = ({ dlq }: Topics) =>
  withAdmin(async (admin) => Number((await admin.fetchTopicOffsets(dlq))[0]?.low));

/** What an instance leaves behind that has died between the order for a purge and its end. */
const abandoned = ({ group }: Topics, given: Partial<Order>, secret: string | undefined) => {
  const before = new Date().toISOString();
  const order: Order = {
    ...{ id: '0123456789abcdef', kind: 'purge', actor: 'anna', createdAt: Date.now(), total: LETTERS },
    ...{ rate: 1, target: null, selection: null, filter: null, ends: [], before, wish: 'run' },
    ...given,
  };
  return { ...encodeFact(group, { is: 'order', order }, secret), partition: 0 };
};

async function startWith(topics: Topics, env: Record<string, string>): Promise<Service> {
  const service = await startService('consumer', topics, { OPERATION_TAKEOVER: '5000', ...env });
  await eventually('the consumer is ready', () => isReady(service));
  return service;
}

/** Where the topic of the dead letters ends with so many of them. */
async function die({ input, dlq }: Topics, { url }: Service, many: number): Promise<number> {
  const value = bytes({ ...VALID, ip: '10.0.0.1' });
  const indexed = async () => {
    const answer = await fetch(`${url}/admin/dead-letters?limit=1`);
    return answer.status === 200
      ? ((await answer.json()) as { index: { indexed: number } }).index.indexed
      : -1;
  };
  await eventually('the index answers', async () => (await indexed()) >= 0);
  const wanted = (await indexed()) + many;
  await produce(
    input,
    Array.from({ length: many }, () => ({ value })),
  );
  await eventually('they are dead letters', async () => (await indexed()) >= wanted);
  return withAdmin(async (admin) => Number((await admin.fetchTopicOffsets(dlq))[0]?.high));
}

async function operation({ url }: Service, id = '0123456789abcdef'): Promise<Purge | undefined> {
  const answer = await fetch(`${url}/admin/operations/${id}`);
  return answer.status === 200 ? ((await answer.json()) as Purge) : undefined;
}

describe('a purge whose instance has died', () => {
  const topics = uniqueTopics();
  let service: Service;
  let end: number;
  let before: string;
  beforeAll(async () => {
    service = await startWith(topics, { CONTROL_SECRET: SECRET });
    end = await die(topics, service, LETTERS);
    before = new Date().toISOString();
    await die(topics, service, LATER_ONES);
  });
  afterAll(() => service.stop('SIGKILL'));

  it.concurrent(
    'deletes nothing that failed after the time that was confirmed, whatever its offsets',
    async () => {
      const id = 'fedcba9876543210';
      // As in a topic that was made anew since: the same offsets, other letters.
      const order = { id, ends: [{ partition: 0, offset: end }], before: '2020-01-01T00:00:00Z' };
      await produce(`${topics.group}-operations`, [abandoned(topics, order, SECRET)]);
      await eventually(
        'it has failed',
        async () => (await operation(service, id))?.state === 'failed',
        60_000,
      );
      expect(await firstOffset(topics)).toBe(0);
    },
  );

  it.concurrent('deletes nothing without CONTROL_SECRET: anybody may have written it', async () => {
    const others = uniqueTopics();
    const unsigned = await startWith(others, {});
    // Nobody takes it over, although it is silent for longer than that takes.
    const ends = [{ partition: 0, offset: await die(others, unsigned, LETTERS) }];
    const order = { createdAt: Date.now() - 110_000, ends };
    await produce(`${others.group}-operations`, [abandoned(others, order, undefined)]);
    await eventually('it is known', async () => (await operation(unsigned))?.state === 'running');
    await eventually('it has failed', async () => (await operation(unsigned))?.state === 'failed', 60_000);
    expect(await firstOffset(others)).toBe(0);
    await unsigned.stop('SIGKILL');
  });

  it('is finished by another one, up to the letters that were confirmed', async () => {
    const order = { ends: [{ partition: 0, offset: end }], before };
    await produce(`${topics.group}-operations`, [abandoned(topics, order, SECRET)]);
    await eventually('it is done', async () => (await operation(service))?.state === 'done', 60_000);
    expect(await operation(service)).toMatchObject({ done: LETTERS });
    expect(await firstOffset(topics)).toBe(end);
    expect(service.output()).toContain('the purge 0123456789abcdef is taken over');
  });
});
