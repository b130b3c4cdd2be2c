import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bytes, VALID } from '../support/events.js';
import {
  eventually,
  isReady,
  metric,
  produce,
  startService,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

interface Letter {
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly rules: readonly { readonly field: string; readonly rule: string }[];
  readonly origin: { readonly topic: string; readonly partition: number; readonly offset: number } | null;
  readonly failedAt: string;
}
interface Page {
  readonly items: readonly Letter[];
  readonly nextCursor: string | null;
  readonly index: { readonly state: string; readonly indexed: number; readonly total: number };
}

const OPERATOR = 'operator-token-0123456789';
const VIEWER = 'viewer-token-0123456789';
/** SHA-256 of the two. */
const hash = (token: string) =>
  `sha256:${process.getBuiltinModule('node:crypto').createHash('sha256').update(token).digest('hex')}`;
const TOKENS = JSON.stringify([
  { name: 'olga', role: 'operator', hash: hash(OPERATOR) },
  { name: 'vera', role: 'viewer', hash: hash(VIEWER) },
]);

/** Three kinds of broken events over three partitions; the number is in a field that no rule knows. */
const KINDS = [
  (number: number) => bytes({ ...VALID, ip: '10.0.0.1', number }),
  (number: number) => bytes({ ...VALID, app_version: '1.0.0', ip: '10.0.0.1', number }),
  (number: number) => Buffer.from(`not JSON ${String(number)}`),
];
const COUNT = 300;

const topics = uniqueTopics(3);
let consumer: Service;

beforeAll(async () => {
  consumer = await startService('consumer', topics, { ADMIN_AUTH: 'token', ADMIN_TOKENS: TOKENS });
  await eventually('the consumer is ready', () => isReady(consumer));
  await produce(
    topics.input,
    Array.from({ length: COUNT }, (_, number) => ({
      key: `user-${String(number)}`,
      value: (KINDS[number % 3] as (typeof KINDS)[0])(number),
      partition: number % 2,
      headers: { trace: `trace-${String(number)}` },
    })),
  );
  await eventually(
    'all are dead letters',
    async () => (await metric(consumer, 'pipeline_dlq_total')) === COUNT,
  );
  await eventually('the index is ready', async () => {
    const { index } = await list();
    return index.state === 'ready' && index.indexed === COUNT;
  });
});

afterAll(() => consumer.stop());

const request = (path: string, init: RequestInit = {}, token = OPERATOR) =>
  fetch(`${consumer.url}/admin/dead-letters${path}`, {
    ...init,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
  });
const json = async <T>(path: string, token?: string): Promise<T> =>
  (await (await request(path, {}, token)).json()) as T;
const list = (query = '') => json<Page>(query === '' ? '' : `?${query}`);
const search = async (body: object, token?: string): Promise<Page> =>
  (await (await request('/search', { method: 'POST', body: JSON.stringify(body) }, token)).json()) as Page;

async function pages(query: string): Promise<Letter[]> {
  const items: Letter[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page = await list(`${query}&${cursor === '' ? '' : `cursor=${cursor}`}`);
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

describe('the list of dead letters', () => {
  it('has every one of them once, newest first, page by page', async () => {
    const all = await pages('limit=37');
    expect(all).toHaveLength(COUNT);
    expect(new Set(all.map(({ partition, offset }) => `${String(partition)}@${String(offset)}`)).size).toBe(
      COUNT,
    );
    for (const partition of [0, 1]) {
      const offsets = all.filter((one) => one.partition === partition).map(({ offset }) => offset);
      expect(offsets).toEqual([...offsets].sort((a, b) => b - a));
    }
    expect(all[0]).toMatchObject({ replayCount: 0, replayed: false, parked: false });
  });

  it('is narrowed by everything that is asked for', async () => {
    const tooOld = await pages('reason=VALIDATION_FAILED&rule=app_version_too_old&partition=1&limit=100');
    expect(tooOld).toHaveLength(50);
    expect(tooOld.every(({ origin }) => origin?.topic === topics.input && origin.partition === 1)).toBe(true);
    expect(await pages('rule=ip_not_public&field=app_version&limit=100')).toEqual([]);
    expect(await pages('rule=ip_not_public&field=ip&limit=100')).toHaveLength(200);
    expect(await pages('reason=MALFORMED_JSON&replayed=false&limit=100')).toHaveLength(100);
    expect(await pages('replayed=true')).toEqual([]);
    expect(await pages('topic=another')).toEqual([]);
    const [one] = await pages(`partition=0&offset=7&topic=${topics.input}`);
    expect(one?.origin).toEqual({ topic: topics.input, partition: 0, offset: 7 });
    expect(await pages(`to=${new Date(Date.now() - 3_600_000).toISOString()}`)).toEqual([]);
    expect(await pages(`from=${new Date(Date.now() - 3_600_000).toISOString()}&limit=100`)).toHaveLength(
      COUNT,
    );
  });

  it('names every problem of a question', async () => {
    const answer = await request('?limit=0&cursor=x&from=yesterday&partition=-1&replayed=perhaps&colour=red');
    expect(answer.status).toBe(400);
    const { errors } = (await answer.json()) as { errors: string[] };
    for (const name of ['limit', 'cursor', 'from', 'partition', 'replayed', 'colour']) {
      expect(errors.join()).toContain(name);
    }
  });

  it('is grouped by reason and rule', async () => {
    const groups = await json<{ reason: string; rule: string | null; count: number }[]>('/groups');
    expect(groups).toMatchObject([
      { reason: 'VALIDATION_FAILED', rule: 'ip_not_public', count: 200 },
      { reason: 'MALFORMED_JSON', rule: null, count: 100 },
      { reason: 'VALIDATION_FAILED', rule: 'app_version_too_old', count: 100 },
    ]);
  });
});

describe('a dead letter', () => {
  it('is shown whole to operators', async () => {
    const { items } = await search({ key: 'user-4', text: '"number":4' });
    expect(items).toHaveLength(1);
    const detail = await json<Record<string, unknown>>(position(items[0]));
    expect(detail).toMatchObject({
      key: 'user-4',
      value: bytes({ ...VALID, app_version: '1.0.0', ip: '10.0.0.1', number: 4 }).toString(),
      valueEncoding: 'utf8',
      reason: 'VALIDATION_FAILED',
      attempts: 1,
      masked: false,
    });
    expect(detail['headers']).toContainEqual({ name: 'trace', text: 'trace-4', encoding: 'utf8' });
    expect(detail['headers']).toContainEqual({
      name: 'kafka_dlt-original-partition',
      text: '0',
      encoding: 'integer',
    });
    expect(detail['violations']).toHaveLength(2);
  });

  it('is shown to viewers without personal data', async () => {
    const { items } = await search({ key: 'user-3' });
    const text = await (await request(position(items[0]), {}, VIEWER)).text();
    for (const secret of ['user-3', '10.0.0.1', 'trace-3', VALID.user_id]) expect(text).not.toContain(secret);
    expect(JSON.parse(text)).toMatchObject({ key: '***', masked: true, reason: 'VALIDATION_FAILED' });
    expect(text).toContain(VALID.app_version);
  });

  it('is found by text in its value, and not by viewers', async () => {
    expect((await search({ text: 'not JSON 299' })).items).toHaveLength(1);
    expect((await search({ key: 'nobody' })).items).toEqual([]);
    expect((await request('/search', { method: 'POST', body: '{}' }, VIEWER)).status).toBe(403);
  });

  it('that is not there gets 404', async () => {
    expect((await request('/0/123456')).status).toBe(404);
    expect((await request('/77/0')).status).toBe(404);
    expect((await request('/x/0')).status).toBe(400);
  });
});

describe('an export', () => {
  it('has one line for each, masked by role', async () => {
    const lines = (text: string) => text.trimEnd().split('\n');
    const all = await (await request('/export')).text();
    expect(lines(all)).toHaveLength(COUNT);
    expect(all).toContain('user-299');
    const answer = await request('/export?reason=VALIDATION_FAILED', {}, VIEWER);
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    const masked = await answer.text();
    expect(lines(masked)).toHaveLength(200);
    for (const secret of ['user-', '10.0.0.1', 'trace-']) expect(masked).not.toContain(secret);
  });
});

const position = (letter: Letter | undefined) => `/${String(letter?.partition)}/${String(letter?.offset)}`;
