import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { areIndexed } from '../support/dead-letters.js';
import { bytes, numberOf, VALID } from '../support/events.js';
import {
  collect,
  eventually,
  isReady,
  metric,
  produce,
  startService,
  testKafka,
  uniqueTopics,
  type Collected,
  type Service,
} from '../support/pipeline.js';

interface Letter {
  readonly partition: number;
  readonly offset: number;
  readonly replayCount: number;
  readonly replayed: boolean;
  readonly parked: boolean;
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
}
interface Operation {
  readonly id: string;
  readonly state: string;
  readonly total: number;
  readonly done: number;
  readonly parked: number;
  readonly runner: string;
}
interface DryRun {
  readonly count: number;
  readonly parked: number;
  readonly target: string;
  readonly refused: readonly string[];
  readonly sample: readonly Letter[];
}

const topics = uniqueTopics(2);
const operationsTopic = `${topics.group}-operations`;
const parking = `${topics.dlq}-parking`;
const env = {
  ADMIN_COMMAND_LIMIT: '10000',
  OPERATION_TAKEOVER: '5000',
  DLQ_MAX_REPLAYS: '2',
  SESSION_TIMEOUT: '3000',
};
let first: Service;
let second: Service;
let written: Awaited<ReturnType<typeof collect>>;
let produced = 0;

const broken = (number: number) => ({
  key: `user-${String(number)}`,
  value: bytes({ ...VALID, ip: '10.0.0.1', number }),
  headers: { trace: String(number) },
});
const numbers = (from: number, end: number) => Array.from({ length: end - from }, (_, index) => from + index);

beforeAll(async () => {
  first = await startService('consumer', topics, env);
  await eventually('the first consumer is ready', () => isReady(first));
  second = await startService('consumer', topics, env);
  await eventually('the second consumer is ready', () => isReady(second));
});

afterAll(async () => {
  await Promise.all([first.stop('SIGKILL'), second.stop('SIGKILL')]);
  await written.stop();
});

async function ask<T>(path: string, body?: object, service = first): Promise<T> {
  const answer = await fetch(`${service.url}/admin/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const content: unknown = await answer.json();
  if (answer.status !== 200) throw new Error(`${String(answer.status)}: ${JSON.stringify(content)}`);
  return content as T;
}
const letters = async (query = ''): Promise<readonly Letter[]> =>
  (await ask<{ items: readonly Letter[] }>(`dead-letters?limit=100&${query}`)).items;
const isState = async (id: string, state: string, service = first) =>
  (await ask<readonly Operation[]>('operations', undefined, service)).some(
    (one) => one.id === id && one.state === state,
  );
const replayed = (id: string): readonly Collected[] =>
  (written.records.get(topics.input) ?? []).filter(
    ({ headers }) => String(headers['dlq.operation-id']) === id,
  );

/** An operation from its beginning to its end. */
async function parkOne(): Promise<void> {
  const [letter] = await letters();
  const selection = [{ partition: letter?.partition, offset: letter?.offset }];
  const { id } = await ask<Operation>('dead-letters/park', { selection });
  await eventually('it is parked', () => isState(id, 'done'));
}

async function die(some: ReturnType<typeof broken>[]): Promise<void> {
  await produce(topics.input, some);
  produced += some.length;
  await areIndexed(first, produced);
}

describe('dead letters', () => {
  it('are replayed once, keep their first origin when they die again, and are parked at last', async () => {
    await die(numbers(0, 3).map(broken));
    written = await collect([topics.input, parking, topics.dlq]);
    const [letter] = (await letters()).filter(({ origin }) => origin?.topic === topics.input);
    const selection = [{ partition: letter?.partition, offset: letter?.offset }];
    const dry = await ask<DryRun>('dead-letters/replay/dry-run', { selection });
    expect(dry).toMatchObject({ count: 1, parked: 0, target: topics.input, refused: [] });
    expect(dry.sample).toHaveLength(1);

    let { id } = await ask<Operation>('dead-letters/replay', { selection });
    await eventually('it is done', () => isState(id, 'done'));
    await eventually('it has died again', async () => (await letters()).length === 4);
    const [again] = await letters();
    expect(again).toMatchObject({ replayCount: 1, replayed: false, origin: letter?.origin });
    await eventually(
      'the first letter counts as replayed',
      async () => (await letters('replayed=true')).length === 1,
    );
    const detail = await ask<{ replays: object[]; replayed: boolean }>(
      `dead-letters/${String(letter?.partition)}/${String(letter?.offset)}`,
    );
    expect(detail).toMatchObject({ replayed: true, replays: [{ operation: id, outcome: 'replayed' }] });
    await eventually('the replay is read', () => replayed(id).length === 1);
    const headers = replayed(id)[0]?.headers ?? {};
    expect(String(headers['dlq.replay-count'])).toBe('1');
    expect(String(headers['trace'])).toMatch(/^\d$/);

    // Twice is enough: then it is parked.
    for (const outcome of ['replayed', 'parked']) {
      const [newest] = await letters();
      const command = { selection: [{ partition: newest?.partition, offset: newest?.offset }] };
      ({ id } = await ask<Operation>('dead-letters/replay', command));
      await eventually('it is done', () => isState(id, 'done'));
      if (outcome === 'replayed')
        await eventually('it has died again', async () => (await letters()).length === 5);
    }
    await eventually('it is parked', () => written.records.get(parking)?.length === 1);
    expect(String(written.records.get(parking)?.[0]?.headers['dlq.replay-count'])).toBe('2');
    await eventually('the letter says so', async () => (await letters())[0]?.parked === true);
    expect(await ask<Operation>(`operations/${id}`)).toMatchObject({ total: 1, done: 1, parked: 1 });
    expect(await metric(first, 'pipeline_replays_total', 'outcome="parked"')).toBe(1);
  });

  it('are refused where they must not go', async () => {
    const filter = { replayed: false };
    const other = { filter, target: topics.output };
    const dry = await ask<DryRun>('dead-letters/replay/dry-run', other);
    expect(dry.count).toBe(0);
    expect(dry.refused.join()).toContain('REPLAY_TARGETS');
    for (const [body, problem] of [
      [other, 'REPLAY_TARGETS'],
      [{ filter, target: topics.dlq }, 'REPLAY_TARGETS'],
      [{ selection: [{ partition: 0, offset: 99_999 }] }, 'not in the dead-letter topic'],
      [{}, 'either selection or filter'],
      [{ filter: { colour: 'red' } }, 'colour'],
      [{ selection: [], rate: 0 }, 'rate'],
    ] as const) {
      await expect(ask('dead-letters/replay', body)).rejects.toThrow(problem);
    }
  });

  it('are safe from hostile requests: each is refused as the client’s fault', async () => {
    const bodies = [
      '[]',
      '"x"',
      '1',
      'null',
      '{"selection":null,"filter":null}',
      '{"selection":{},"filter":{}}',
      '{"selection":[{"partition":1e99,"offset":0}]}',
      '{"selection":[null]}',
      '{"filter":[]}',
      '{"filter":{"from":"2020-13-45"}}',
      '{"filter":{"reason":{"x":1}}}',
      '{"filter":{},"rate":1.5}',
      '{"filter":{},"target":"../x"}',
      '{"before":"x","count":1}',
      '{"before":"2020-01-01T00:00:00Z","count":-1}',
      '{"__proto__":{"filter":{}}}',
    ];
    const posts = ['replay', 'replay/dry-run', 'park', 'park/dry-run', 'purge', 'purge/dry-run', 'search'];
    const gets = [
      '?limit[]=1',
      '?limit=1&limit=2',
      '?offset=99999999999999999999',
      '?cursor=AAAA',
      '?replayed=1',
      '?from=0',
      '/%00/1',
      '/99999999999/1',
      '/1/-1',
      '/1/1e3',
      '/export?partition=x',
      '/groups?reason[x]=1',
    ];
    const answers = await Promise.all([
      ...posts.flatMap((path) =>
        bodies.map(async (body) => {
          const headers = { 'Content-Type': 'application/json' };
          const url = `${first.url}/admin/dead-letters/${path}`;
          return [path, body, (await fetch(url, { method: 'POST', headers, body })).status] as const;
        }),
      ),
      ...gets.map(
        async (path) => [path, '', (await fetch(`${first.url}/admin/dead-letters${path}`)).status] as const,
      ),
    ]);
    // A search for nothing in particular is right.
    const wrong = answers.filter(([path, , status]) => status >= 500 || (status < 400 && path !== 'search'));
    expect(wrong).toEqual([]);
  });

  it('are replayed no faster than asked for; pause, resume and cancel take effect', async () => {
    await die(numbers(100, 160).map(broken));
    const filter = { replayed: false, from: new Date(Date.now() - 3_600_000).toISOString() };
    const { id, total } = await ask<Operation>('dead-letters/replay', { filter, rate: 10 });
    const began = Date.now();
    await eventually('it is at work', async () => (await ask<Operation>(`operations/${id}`)).done > 0);
    // By the other instance: the topic is the command.
    await eventually('the other one knows of it', () => isState(id, 'running', second));
    await ask(`operations/${id}/pause`, {}, second);
    await eventually('it is paused here', () => isState(id, 'paused'));
    // What the pause has not kept back is written in one transaction, which ends before another that begins now.
    await parkOne();
    const { done } = await ask<Operation>(`operations/${id}`);
    await parkOne();
    expect((await ask<Operation>(`operations/${id}`)).done).toBe(done);
    expect(done).toBeLessThan(total);
    await ask(`operations/${id}/resume`, {});
    await eventually('it goes on', async () => (await ask<Operation>(`operations/${id}`)).done > done);
    expect((await ask<Operation>(`operations/${id}`)).done).toBeLessThanOrEqual(
      ((Date.now() - began) / 1_000) * 10 + 10,
    );
    await ask(`operations/${id}/cancel`, {});
    await eventually('it is cancelled', () => isState(id, 'cancelled', second));
    await expect(ask(`operations/${id}/resume`, {})).rejects.toThrow('409');
  });

  it('are replayed at most once each, when the instance that does it is killed', async () => {
    const some = numbers(1_000, 1_200);
    const from = new Date().toISOString();
    await die(some.map(broken));
    const { id, total } = await ask<Operation>('dead-letters/replay', {
      filter: { from, replayed: false },
      rate: 50,
    });
    expect(total).toBeGreaterThanOrEqual(some.length);
    await eventually('it is half-way', async () => (await ask<Operation>(`operations/${id}`)).done >= 50);
    await first.stop('SIGKILL');
    await eventually('the other one has done the rest', () => isState(id, 'done', second), 60_000);
    await eventually('all replays are read', () => replayed(id).length >= total);
    const origins = replayed(id).map(({ value }) => numberOf(value));
    expect(origins).toHaveLength(total);
    for (const number of some) expect(origins.filter((one) => one === number).length).toBe(1);
    first = await startService('consumer', topics, env);
    await eventually('the killed one is back', () => isReady(first));
  });

  it('are safe from what others write to the operations topic', async () => {
    const order = (v: number, body: object, id = 'abcdef0123456789') => ({
      key: JSON.stringify(['order', topics.group, id]),
      value: JSON.stringify({ v, body }),
    });
    await produce(operationsTopic, [
      { key: 'garbage', value: 'garbage' },
      { key: '[', value: '{}' },
      order(2, { from: 'the future' }),
      order(1, { id: 'abcdef0123456789' }),
      { key: JSON.stringify(['progress', topics.group, 'abcdef0123456789']), value: '{"v":1,"body":null}' },
    ]);
    await die([broken(2_000)]);
    const before = await ask<readonly Operation[]>('operations');
    const [letter] = await letters();
    const command = { selection: [{ partition: letter?.partition, offset: letter?.offset }] };
    const { id } = await ask<Operation>('dead-letters/replay', command);
    await eventually('it is done', () => isState(id, 'done'));
    expect(await ask<readonly Operation[]>('operations')).toHaveLength(before.length + 1);
    await eventually('it is ready', () => isReady(first));
  });

  it('are believed to be replays only with a proof', async () => {
    const forged = broken(3_000);
    const headers = {
      ...forged.headers,
      'dlq.replay-count': '2',
      'dlq.operation-id': 'abcdef01',
      'dlq.replay-proof': 'x.y',
    };
    await die([{ ...forged, headers }]);
    const { items } = await ask<{ items: readonly Letter[] }>('dead-letters/search', { key: 'user-3000' });
    expect(items).toMatchObject([{ replayCount: 0 }]);
  });

  it('are deleted before a time, when their number is told', async () => {
    await areIndexed(first, produced);
    const before = new Date().toISOString();
    const { count } = await ask<DryRun>('dead-letters/purge/dry-run', { before });
    expect(count).toBeGreaterThan(200);
    await expect(ask('dead-letters/purge', { before, count: count - 1 })).rejects.toThrow('409');
    expect(await ask<Operation>('dead-letters/purge', { before, count })).toMatchObject({
      state: 'done',
      total: count,
    });
    await eventually('they are gone', async () => (await letters()).length < 2);
    const admin = testKafka().admin();
    await admin.connect();
    const offsets = await admin.fetchTopicOffsets(topics.dlq);
    await admin.disconnect();
    expect(offsets.reduce((sum, { low }) => sum + Number(low), 0)).toBeGreaterThanOrEqual(count);
  });
});
