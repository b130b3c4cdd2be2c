import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  collect,
  eventually,
  isReady,
  metric,
  produce,
  startService,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

interface Pause {
  readonly actor: string;
  readonly verified: boolean;
  readonly reason: string | null;
}
interface Entry {
  readonly actor: string;
  readonly verified: boolean;
  readonly action: string;
  readonly parameters: { readonly reason?: string };
}

const topics = uniqueTopics(2);
const control = `${topics.group}-control`;
const SECRET = { CONTROL_SECRET: 'a secret of this group' };
const OTHER_SECRET = { CONTROL_SECRET: 'a secret of somebody else' };
const TOKENS = { anna: 'a-token-of-anna-that-is-long', olga: 'a-token-of-olga-that-is-long' };
const hashOf = (token: string) => `sha256:${createHash('sha256').update(token).digest('hex')}`;
const ACCESS = {
  ADMIN_AUTH: 'token',
  ADMIN_TOKENS: JSON.stringify(
    Object.entries(TOKENS).map(([name, token]) => ({ name, role: 'operator', hash: hashOf(token) })),
  ),
};

let one: Service;
let other: Service;

const start = async (secret: Record<string, string>): Promise<Service> => {
  const service = await startService('consumer', topics, { ...ACCESS, ...secret });
  await eventually('the consumer is ready', () => isReady(service));
  return service;
};

beforeAll(async () => {
  [one, other] = await Promise.all([start(SECRET), start(SECRET)]);
});
afterAll(() => Promise.all([one.stop(), other.stop()]));

async function ask<T>({ url }: Service, path: string): Promise<T> {
  const answer = await fetch(`${url}/admin/${path}`, { headers: { authorization: `Bearer ${TOKENS.anna}` } });
  return (await answer.json()) as T;
}
const pauseOf = async (service: Service) =>
  (await ask<{ pauses: readonly Pause[] }>(service, 'status')).pauses[0];
const entryOf = async (service: Service, reason: string) =>
  (await ask<{ items?: readonly Entry[] }>(service, 'audit?limit=100')).items?.find(
    ({ parameters }) => parameters.reason === reason,
  );
const forged = (service: Service) => metric(service, 'pipeline_control_records_total', 'result="forged"');

async function command(
  { url }: Service,
  what: 'pause' | 'resume',
  reason: string,
  by: keyof typeof TOKENS = 'anna',
): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKENS[by]}` };
  const answer = await fetch(`${url}/admin/${what}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ reason }),
  });
  expect(answer.status).toBe(200);
}

/** What an instance tells of the pause with this reason and of its audit, once it has read of both. */
async function told(service: Service, reason: string) {
  await eventually('the pause is known', async () => (await pauseOf(service))?.reason === reason);
  await eventually('the audit is known', async () => (await entryOf(service, reason)) !== undefined);
  const [pause, entry] = [await pauseOf(service), await entryOf(service, reason)];
  return { pause: [pause?.actor, pause?.verified], audit: [entry?.actor, entry?.verified] };
}
const isRunning = async (service: Service) => (await pauseOf(service)) === undefined;

describe('with the same CONTROL_SECRET', () => {
  it('who has commanded is verified, whichever instance is asked', async () => {
    for (const [by, to] of [
      ['anna', one],
      ['olga', other],
    ] as const) {
      const reason = `signed by the instance of ${by}`;
      await command(to, 'pause', reason, by);
      for (const service of [one, other]) {
        expect(await told(service, reason)).toEqual({ pause: [by, true], audit: [by, true] });
      }
    }
    await command(one, 'resume', 'again');
  });

  it('a command loses its proof when somebody writes it again without its signature', async () => {
    await command(one, 'pause', 'written again', 'olga');
    const read = await collect([control]);
    const isIt = (text: string) => text.includes('written again');
    const records = () =>
      (read.records.get(control) ?? []).filter(({ value }) => isIt(value?.toString() ?? ''));
    await eventually('it is read', () => records().length > 0);
    await read.stop();
    const [record] = records();
    const fields = JSON.parse(record?.value?.toString() ?? '') as object;
    const key = record?.key ?? null;
    await produce(control, [{ key, value: JSON.stringify({ ...fields, signature: undefined }) }]);
    await eventually('it is unverified', async () => (await pauseOf(other))?.verified === false);
    // And neither it nor a changed one is believed with the signature.
    const before = await forged(other);
    await produce(control, [{ key, value: JSON.stringify({ ...fields, actor: 'anna' }) }]);
    await eventually('it is found forged', async () => (await forged(other)) === before + 1);
    expect((await pauseOf(other))?.actor).toBe('olga');
    await command(one, 'resume', 'again');
  });
});

describe('an instance without the secret', () => {
  it('commands and is commanded, but nobody is verified', async () => {
    const plain = await start({});
    await command(plain, 'pause', 'not signed', 'olga');
    for (const service of [one, other, plain]) {
      expect(await told(service, 'not signed')).toEqual({ pause: ['olga', false], audit: ['olga', false] });
    }
    await command(one, 'pause', 'signed');
    expect(await told(other, 'signed')).toEqual({ pause: ['anna', true], audit: ['anna', true] });
    expect(await told(plain, 'signed')).toEqual({ pause: ['anna', false], audit: ['anna', false] });
    await command(plain, 'resume', 'again');
    await eventually('all run', async () => (await isRunning(one)) && (await isRunning(other)));
    await plain.stop();
  });
});

describe('an instance with another secret', () => {
  it('commands nobody and is commanded by nobody; its audit is not believed', async () => {
    const wrong = await start(OTHER_SECRET);
    const before = [await forged(one), await forged(other)];
    const ignored = () => metric(one, 'pipeline_audit_records_total', 'result="ignored"');
    const ignoredBefore = await ignored();
    await command(wrong, 'pause', 'wrongly signed', 'olga');
    expect(await pauseOf(wrong)).toMatchObject({ actor: 'olga', verified: true });
    await eventually('the others have seen it', async () =>
      [await forged(one), await forged(other)].every((count, index) => count > (before[index] ?? 0)),
    );
    expect([await isRunning(one), await isRunning(other)]).toEqual([true, true]);
    expect(one.output()).toContain('is forged: it has no effect');
    await eventually('its audit is read', async () => (await ignored()) > ignoredBefore);
    expect(await entryOf(one, 'wrongly signed')).toBeUndefined();

    const foundForged = await forged(wrong);
    await command(one, 'resume', 'of no use there');
    await eventually('it has seen that', async () => (await forged(wrong)) > foundForged);
    expect(await pauseOf(wrong)).toMatchObject({ reason: 'wrongly signed' });
    // Each side writes its own again, so that compaction leaves it; neither counts for the other.
    const seen = await forged(one);
    await eventually('the others see it again', async () => (await forged(one)) > seen);
    expect([await isRunning(one), await isRunning(other)]).toEqual([true, true]);
    await wrong.stop();
  });
});

describe('a group that gives up the secret', () => {
  it('stays paused, commands unsigned, and verifies again once it has the secret back', async () => {
    await command(one, 'pause', 'before the downgrade');
    await other.stop();
    other = await start({});
    expect(await told(other, 'before the downgrade')).toEqual({
      pause: ['anna', false],
      audit: ['anna', false],
    });
    // Those that have it still know who it was.
    expect(await told(one, 'before the downgrade')).toMatchObject({ pause: ['anna', true] });
    await command(other, 'pause', 'after the downgrade', 'olga');
    expect(await told(one, 'after the downgrade')).toEqual({
      pause: ['olga', false],
      audit: ['olga', false],
    });

    await one.stop();
    one = await start(SECRET);
    expect(await told(one, 'after the downgrade')).toEqual({
      pause: ['olga', false],
      audit: ['olga', false],
    });
    await other.stop();
    other = await start(SECRET);
    await command(other, 'pause', 'with the secret again');
    for (const service of [one, other]) {
      expect(await told(service, 'with the secret again')).toEqual({
        pause: ['anna', true],
        audit: ['anna', true],
      });
    }
    await command(one, 'resume', 'at last');
    await eventually('all run', async () => (await isRunning(one)) && (await isRunning(other)));
  });
});
