import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTopics } from '../../tools/lib/create-topics.mjs';
import { bytes, VALID } from '../support/events.js';
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

interface Pause {
  readonly scope: string;
  readonly partitions: number[] | null;
  readonly reason: string | null;
  readonly actor: string;
  readonly verified: boolean;
  readonly until: string | null;
}

interface Status {
  readonly pause: { readonly paused: boolean; readonly reason: string | null };
  readonly pauses: readonly Pause[];
  readonly control: {
    readonly readable: boolean;
    readonly problem: string | null;
    readonly newerVersions: number;
  };
  readonly transport: { readonly partitions: readonly { partition: number; pausedBy: string[] }[] };
}

const topics = uniqueTopics(4);
const control = `${topics.group}-control`;
const SECRET = { CONTROL_SECRET: 'a secret of this group' };
const APPLIED_WITHIN_MS = 1_000;

let one: Service;
let other: Service;
let output: Awaited<ReturnType<typeof collect>>;
let written = 0;
let startMs = 0;

beforeAll(async () => {
  const began = Date.now();
  [one, other] = await Promise.all([
    startService('consumer', topics, SECRET),
    startService('consumer', topics, SECRET),
  ]);
  await eventually('both are ready', async () => (await isReady(one)) && (await isReady(other)));
  startMs = Date.now() - began;
  output = await collect([topics.output]);
});
afterAll(() => Promise.all([one.stop(), other.stop(), output.stop()]));

const statusOf = async ({ url }: Service) => (await (await fetch(`${url}/admin/status`)).json()) as Status;
const isPaused = async (service: Service) => (await statusOf(service)).pause.paused;

async function command({ url }: Service, what: 'pause' | 'resume', body: object = {}): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`${url}/admin/${what}`, { method: 'POST', headers, body: JSON.stringify(body) }))
    .status;
}

async function write(count: number): Promise<void> {
  const value = bytes(VALID);
  await produce(
    topics.input,
    Array.from({ length: count }, (_, index) => ({ value, partition: index % 4 })),
  );
  written += count;
}

const processed = () => output.records.get(topics.output)?.length ?? 0;
const allProcessed = (what: string) => eventually(what, () => processed() === written);

/** Until it takes nothing, or for as long as that can take. */
async function within(what: string, condition: () => Promise<boolean>): Promise<void> {
  const began = Date.now();
  await eventually(what, condition);
  expect(Date.now() - began).toBeLessThan(APPLIED_WITHIN_MS);
}

describe('a command to one instance', () => {
  it('pauses all of the group within a second, and those that join later', async () => {
    await write(100);
    await allProcessed('everything is processed');
    expect(await command(one, 'pause', { reason: 'maintenance', for: '1h' })).toBe(200);
    await within('the other is paused', () => isPaused(other));
    expect((await statusOf(other)).pauses).toMatchObject([
      { scope: 'group', partitions: null, reason: 'maintenance', actor: 'anonymous', verified: true },
    ]);
    expect(await metric(other, 'pipeline_pause_remaining_seconds')).toBeGreaterThan(3_500);

    await write(100);
    // It joins while the others are paused, so that partitions change hands.
    const third = await startService('consumer', topics, SECRET);
    await eventually('the third is a member', () => isReady(third));
    expect(await isPaused(third)).toBe(true);
    // And is commanded while they do.
    const leaving = third.stop();
    expect(await command(other, 'pause', { reason: 'during a rebalance' })).toBe(200);
    await within('all know', async () => (await statusOf(one)).pause.reason === 'during a rebalance');
    await leaving;
    await eventually('the others have its partitions', async () => {
      const members = await Promise.all([one, other].map(statusOf));
      return members.flatMap(({ transport }) => transport.partitions).length >= 4;
    });
    expect(processed()).toBe(100);

    expect(await command(other, 'resume')).toBe(200);
    await within('the first is resumed', async () => !(await isPaused(one)));
    await allProcessed('everything is processed that waited');
  });

  it('pauses single partitions', async () => {
    await command(other, 'pause', { partitions: [0, 2] });
    await within('they are paused', async () => {
      const partitions = (await Promise.all([one, other].map(statusOf))).flatMap(
        ({ transport }) => transport.partitions,
      );
      const paused = partitions
        .filter(({ pausedBy }) => pausedBy.includes('operator'))
        .map(({ partition }) => partition);
      return [...new Set(paused)].sort().join() === '0,2';
    });
    await write(40);
    await eventually('the others run', () => processed() === written - 20);
    expect((await statusOf(one)).pauses).toMatchObject([{ partitions: [0, 2] }]);
    await command(one, 'resume', { partitions: [0] });
    await eventually('one of them runs', () => processed() === written - 10);
    await command(one, 'resume');
    await allProcessed('all run');
  });

  it('counts, of two at once, the same for all', async () => {
    for (let round = 0; round < 5; round++) {
      const codes = await Promise.all([
        command(one, 'pause'),
        command(other, 'resume'),
        command(other, 'pause'),
      ]);
      expect(codes).toEqual([200, 200, 200]);
      await within('both agree', async () => (await isPaused(one)) === (await isPaused(other)));
    }
    await command(one, 'resume');
    await within('all run', async () => !(await isPaused(one)) && !(await isPaused(other)));
  });
});

describe('the control topic', () => {
  const key = JSON.stringify(['pause', topics.group]);
  const record = (value: object | string, of = key) => ({
    key: of,
    value: typeof value === 'string' ? value : JSON.stringify(value),
    partition: 0,
  });
  const forged = {
    ...{ v: 1, kind: 'pause', reason: null, actor: 'anna', at: 1, since: 1, until: null },
    id: '0123456789abcdef',
  };

  it('has no effect by garbage, forgeries and newer versions, which are told', async () => {
    await produce(control, [
      record('\u0000 no JSON'),
      record({ ...forged, reason: 'a\nforged log line' }),
      record({ ...forged, signature: '00'.repeat(32) }),
      record({ v: 2, kind: 'slow down' }),
      record('{}', 'another key'),
      { key, value: null, partition: 0 },
    ]);
    const seen = (result: string) => metric(one, 'pipeline_control_records_total', `result="${result}"`);
    await eventually('they are read', async () => (await seen('garbage')) >= 4);
    expect([await seen('forged'), await seen('newer')]).toEqual([1, 1]);
    expect(await statusOf(one)).toMatchObject({ pause: { paused: false }, control: { newerVersions: 1 } });
    expect(one.output()).toContain('is forged: it has no effect');
    expect(one.output()).not.toContain('forged log line');
  });

  it('shows who has commanded as unverified without a signature', async () => {
    await produce(control, [record(forged)]);
    await eventually('it is applied', () => isPaused(one));
    expect((await statusOf(one)).pauses).toMatchObject([{ actor: 'anna', verified: false }]);
    await command(one, 'resume');
  });

  it('is written again where it was deleted', async () => {
    await command(one, 'pause', { reason: 'kept' });
    const admin = testKafka().admin();
    await admin.connect();
    try {
      await admin.deleteTopics({ topics: [control] });
      const reader = await eventuallyRead(control, (value) => value.includes('"reason":"kept"'));
      expect(reader).toBe(true);
    } finally {
      await admin.disconnect();
    }
    await eventually('it can be read again', async () => (await statusOf(one)).control.readable);
    expect(await isPaused(one)).toBe(true);
    expect(await isReady(one)).toBe(true);
    await eventually('a command gets through', async () => (await command(other, 'resume')) === 200);
    await within('all run', async () => !(await isPaused(one)) && !(await isPaused(other)));
    await write(40);
    await allProcessed('everything is processed');
  });

  it('ends a pause at its time although every instance has restarted', async () => {
    // Longer than a restart takes.
    const seconds = Math.min(Math.max(20, Math.ceil((5 * startMs) / 1_000)), 120);
    await command(one, 'pause', { for: `${String(seconds)}s`, reason: 'short' });
    await Promise.all([one.stop(), other.stop()]);
    [one, other] = await Promise.all([
      startService('consumer', topics, SECRET),
      startService('consumer', topics, SECRET),
    ]);
    await eventually('both are ready', async () => (await isReady(one)) && (await isReady(other)));
    expect([await isPaused(one), await isPaused(other)]).toEqual([true, true]);
    await write(40);
    await allProcessed('everything is processed');
    expect(one.output() + other.output()).not.toContain('resumed by an operator');
  });
});

/** Reads a topic that may not be there yet. */
async function eventuallyRead(topic: string, isWanted: (value: string) => boolean): Promise<boolean> {
  await eventually(`${topic} is there`, async () => {
    const admin = testKafka().admin();
    await admin.connect();
    try {
      const [partition] = await admin.fetchTopicOffsets(topic);
      return Number(partition?.high ?? 0) > 0;
    } catch {
      return false;
    } finally {
      await admin.disconnect();
    }
  });
  const read = await collect([topic]);
  await eventually('it has the record', () =>
    (read.records.get(topic) ?? []).some(({ value }) => isWanted(value?.toString() ?? '')),
  );
  await read.stop();
  return true;
}

describe('an instance that cannot read the control topic', () => {
  it('is not ready, takes nothing and says why, until it can', async () => {
    const missing = `${topics.group}-elsewhere`;
    const env = {
      ...SECRET,
      CONTROL_TOPIC: missing,
      KAFKA_CREATE_TOPICS: `${topics.group}-unused:1:1`,
      RETRY_DELAYS: 'none',
    };
    const lonely = await startService('consumer', topics, env);
    const health = async () => {
      try {
        const answer = await fetch(`${lonely.url}/health`);
        return { status: answer.status, body: (await answer.json()) as { details: { control: object } } };
      } catch {
        return undefined;
      }
    };
    await eventually('it says so', async () =>
      JSON.stringify((await health())?.body ?? '').includes('it is missing'),
    );
    expect(await health()).toMatchObject({
      status: 503,
      body: {
        details: { control: { status: 'down', readable: false, topic: missing }, kafka: { member: false } },
      },
    });
    expect(await command(lonely, 'pause')).toBe(503);
    expect(await command(lonely, 'pause', { scope: 'instance' })).toBe(200);
    const admin = testKafka().admin();
    await admin.connect();
    await createTopics(admin, [{ topic: missing }]);
    await admin.disconnect();
    await eventually('it is a member', () => isReady(lonely));
    await lonely.stop();
  });
});

it('a hundred clients at once get their answers while events flow', async () => {
  // What the pages of a console look at.
  const lists = ['dead-letters/groups', 'dead-letters', 'operations', 'audit'];
  const ask = async () => {
    for (const path of ['me', 'status', 'history', 'instances', 'status', ...lists]) {
      const { status } = await fetch(`${one.url}/admin/${path}`);
      expect([path, status]).toEqual([path, 200]);
    }
  };
  await Promise.all([write(2_000), ...Array.from({ length: 100 }, ask)]);
  await allProcessed('everything is processed');
});

describe('the audit', () => {
  interface Page {
    readonly items: readonly {
      action: string;
      actor: string;
      outcome: string;
      verified: boolean;
      parameters: object;
    }[];
    readonly nextCursor: string | null;
  }
  const page = async (service: Service, query = '') =>
    (await (await fetch(`${service.url}/admin/audit${query}`)).json()) as Page;

  it('has what was commanded anywhere in the group, page by page, and no garbage', async () => {
    await produce(`${topics.group}-audit`, [
      { value: 'garbage' },
      { value: '{"v":1,"entry":{"action":"forged"}}' },
    ]);
    await command(other, 'pause', { reason: 'the last but one', for: '15m' });
    await command(other, 'resume', { reason: 'the last' });
    await eventually('it is written', async () =>
      JSON.stringify((await page(one)).items[0]).includes('the last"'),
    );
    const [last, before] = (await page(one)).items;
    const common = { actor: 'anonymous', outcome: 'done', verified: true };
    expect(last).toMatchObject({
      ...common,
      action: 'resume',
      parameters: { scope: 'group', reason: 'the last' },
    });
    expect(before).toMatchObject({ ...common, action: 'pause', parameters: { for: '15m' } });

    const first = await page(one, '?limit=1');
    expect(first.items).toEqual([last]);
    const second = await page(one, `?limit=1&cursor=${String(first.nextCursor)}`);
    expect(second.items).toEqual([before]);
    expect((await fetch(`${one.url}/admin/audit?limit=101`)).status).toBe(400);
    expect(JSON.stringify(await page(one, '?limit=100'))).not.toContain('forged');
    expect(await metric(one, 'pipeline_audit_records_total', 'result="ignored"')).toBe(2);
  });
});
