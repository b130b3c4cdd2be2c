import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort } from '../../tools/lib/processes.mjs';
import { eventually, startService, uniqueTopics, type Service } from '../support/pipeline.js';

const root = join(import.meta.dirname, '..', '..');
const dir = mkdtempSync(join(tmpdir(), 'admin-access-'));
const tokensFile = join(dir, 'tokens.json');

function makeToken(...args: string[]) {
  const path = join(root, 'apps', 'consumer', 'dist', 'make-token.js');
  const [first = '', , third = ''] = execFileSync(process.execPath, [path, ...args], {
    encoding: 'utf8',
  }).split('\n');
  return { token: first.slice(first.lastIndexOf(' ') + 1), entry: JSON.parse(third) as object };
}

let service: Service;
let admin: string;
const anna = makeToken('--name', 'anna', '--role', 'operator', '--expires', '90d');
const vera = makeToken('--name', 'vera', '--role', 'viewer');

beforeAll(async () => {
  writeFileSync(tokensFile, JSON.stringify([anna.entry]));
  const port = await freePort();
  admin = `http://127.0.0.1:${String(port)}`;
  service = await startService('producer', uniqueTopics(), {
    ADMIN_AUTH: 'token',
    ADMIN_TOKENS_FILE: tokensFile,
    ADMIN_PORT: String(port),
    ADMIN_FAILURE_LIMIT: '1000',
    ENVIRONMENT: 'staging',
    NODE_ENV: 'production',
    PRODUCER_RATE: '1',
  });
  await eventually(
    'the producer answers',
    async () => (await statusOf(`${service.url}/health/live`)) === 200,
  );
});
afterAll(async () => {
  await service.stop();
  rmSync(dir, { recursive: true });
});

const statusOf = async (url: string, token?: string, method = 'GET') => {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(url, { method, headers }).then(
    ({ status }) => status,
    () => 0,
  );
};

describe('access to /admin', () => {
  it('is by tokens that the entry point makes, each with its role', async () => {
    const me = await fetch(`${admin}/admin/me`, { headers: { authorization: `Bearer ${anna.token}` } });
    expect(await me.json()).toEqual({
      name: 'anna',
      role: 'operator',
      environment: 'staging',
      auth: 'token',
    });
    expect(await statusOf(`${admin}/admin/pause`, anna.token, 'POST')).toBe(200);
    expect(await statusOf(`${admin}/admin/tokens`, anna.token)).toBe(403);
    expect(await statusOf(`${admin}/admin/me`)).toBe(401);
  });

  it('follows the file without a restart', async () => {
    expect(await statusOf(`${admin}/admin/me`, vera.token)).toBe(401);
    writeFileSync(tokensFile, JSON.stringify([anna.entry, vera.entry]));
    await eventually(
      'the new token is known',
      async () => (await statusOf(`${admin}/admin/me`, vera.token)) === 200,
    );
    expect(await statusOf(`${admin}/admin/resume`, vera.token, 'POST')).toBe(403);
  });

  it('is on a port of its own, and what is for machines on the other', async () => {
    expect(await statusOf(`${service.url}/admin/me`, anna.token)).toBe(404);
    expect(await statusOf(`${service.url}/openapi.json`)).toBe(404);
    expect(await statusOf(`${service.url}/metrics`)).toBe(200);
    expect(await statusOf(`${admin}/metrics`)).toBe(404);
    expect(await statusOf(`${admin}/openapi.json`)).toBe(200);
  });

  it('leaves who did what in the log, and no token', () => {
    expect(service.output()).toContain('"actor":"anna","role":"operator","from":"127.0.0.1"');
    expect(service.output()).toContain('POST /admin/resume: denied');
    for (const { token } of [anna, vera]) expect(service.output()).not.toContain(token);
  });

  it('is not opened in production without a word', async () => {
    const refused = await startService('producer', uniqueTopics(), { NODE_ENV: 'production' });
    expect(await refused.ended).toBe(78);
    expect(refused.output()).toContain('ADMIN_AUTH_NONE_IN_PRODUCTION=true');
  });
});
