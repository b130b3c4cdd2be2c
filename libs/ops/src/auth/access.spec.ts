import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Body, Get, HttpCode, Post } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import type { AuditEntry } from '../audit/audit-entry.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { Audited } from '../audit/audited.decorator.js';
import { PauseCommandDto } from '../admin/pause-command.dto.js';
import { configureHttp, httpAppOptions } from '../http/http-app.js';
import type { Actor, Role } from './actor.js';
import type { AdminAccess } from './admin-access.js';
import { AdminController } from './admin-controller.decorator.js';
import { AuthModule } from './auth.module.js';
import { CurrentActor } from './current-actor.decorator.js';
import { makeToken } from './make-token.js';
import { RequiresRole } from './requires-role.decorator.js';
import { parseTokenEntries, type TokenEntry } from './token-entry.js';

@AdminController('things')
class ThingsController {
  @Get()
  @RequiresRole('viewer')
  look(@CurrentActor() actor: Actor): Actor {
    return actor;
  }

  @Post('stop')
  @HttpCode(200)
  @RequiresRole('operator')
  @Audited('stop', ({ body }) => ({ reason: body['reason'], until: body['for'] }))
  stop(@Body() command: PauseCommandDto): object {
    return command;
  }

  @Post('undeclared')
  undeclared(): object {
    throw new Error('a detail of ours');
  }
}

const dir = mkdtempSync(join(tmpdir(), 'tokens-'));
const file = join(dir, 'tokens.json');
afterAll(() => rmSync(dir, { recursive: true }));

/** A token with its entry. */
function token(name: string, role: Role, expires?: string, now = Date.now()) {
  const made = makeToken({ name, role, expires }, now);
  if ('problem' in made) throw new Error(made.problem);
  return { token: made.token, json: made.entry, entry: entriesOf([made.entry])[0] as TokenEntry };
}

function entriesOf(json: object[]): readonly TokenEntry[] {
  const entries = parseTokenEntries(JSON.stringify(json));
  if ('problem' in entries) throw new Error(entries.problem);
  return entries;
}

const viewer = token('vera', 'viewer');
const operator = token('oskar', 'operator');
const admin = token('anna', 'admin', '30d');
const expired = token('emil', 'admin', '1d', Date.now() - 2 * 86_400_000);

let app: NestExpressApplication;
let entries: AuditEntry[];
let warnings: string[];

async function start(more: Partial<AdminAccess> = {}): Promise<void> {
  const access: AdminAccess = {
    auth: 'token',
    tokens: [viewer, operator, admin, expired].map(({ entry }) => entry),
    allowedHosts: [],
    ...more,
  };
  const module = await Test.createTestingModule({
    imports: [AuthModule.register(access)],
    controllers: [ThingsController],
  }).compile();
  warnings = [];
  const warn = (message: unknown) => void warnings.push(String(message));
  const logger = { log: () => undefined, warn, error: () => undefined };
  app = module.createNestApplication<NestExpressApplication>(httpAppOptions(logger));
  configureHttp(app, { title: 'Test', description: 'A service under test', version: '1.2.3' });
  await app.listen(0, '127.0.0.1');
  entries = [];
  app.get(AuditTrail).onEntry((entry) => entries.push(entry));
}

const send = (method: 'get' | 'post', path: string, bearer?: { token: string }) => {
  const sent = request(app.getHttpServer())[method](path);
  return bearer ? sent.set('authorization', `Bearer ${bearer.token}`) : sent;
};

const bodyOf = async (sent: request.Test): Promise<unknown> => ((await sent) as { body: unknown }).body;

afterEach(() => app.close());

describe('roles', () => {
  beforeEach(() => start());

  it('let each do what its own and the weaker ones may', async () => {
    await send('get', '/admin/things', viewer).expect(200, { name: 'vera', role: 'viewer' });
    await send('get', '/admin/things', admin).expect(200, { name: 'anna', role: 'admin' });
    await send('post', '/admin/things/stop', operator).send({}).expect(200);
    const body = await bodyOf(send('post', '/admin/things/stop', viewer).send({}).expect(403));
    expect(body).toMatchObject({
      status: 403,
      detail: 'This needs the role operator, and the token has viewer',
    });
  });

  it('leave what declares none to admins', async () => {
    await send('post', '/admin/things/undeclared', operator).expect(403);
    const body = await bodyOf(send('post', '/admin/things/undeclared', admin).expect(500));
    expect(JSON.stringify(body)).not.toContain('a detail of ours');
  });

  it('are told to who asks, and tokens to admins, without hashes', async () => {
    await send('get', '/admin/me', viewer).expect(200, {
      name: 'vera',
      role: 'viewer',
      environment: 'development',
      auth: 'token',
    });
    await send('get', '/admin/tokens', operator).expect(403);
    const body = await bodyOf(send('get', '/admin/tokens', admin).expect(200));
    expect(body).toContainEqual({ name: 'emil', role: 'admin', expires: expect.any(String), expired: true });
    expect(JSON.stringify(body)).not.toContain(viewer.entry.hash);
  });

  it('end with the token', async () => {
    const body = await bodyOf(send('get', '/admin/me', expired).expect(401));
    expect(body).toMatchObject({ detail: 'This token has expired' });
  });
});

describe('the audit', () => {
  beforeEach(() => start());

  it('has every command with its outcome', async () => {
    await send('post', '/admin/things/stop', operator).send({ reason: 'maintenance', for: '15m' });
    await send('post', '/admin/things/stop', operator).send({ reason: 'a\nforged line' });
    await send('post', '/admin/things/undeclared', admin);
    const oskar = { actor: 'oskar', role: 'operator', from: '127.0.0.1', action: 'stop' };
    expect(entries).toEqual([
      {
        ...oskar,
        at: expect.any(String),
        parameters: { reason: 'maintenance', until: '15m' },
        outcome: 'done',
        status: 200,
      },
      { ...oskar, at: expect.any(String), parameters: {}, outcome: 'refused', status: 400 },
      expect.objectContaining({
        actor: 'anna',
        action: 'POST /admin/things/undeclared',
        outcome: 'failed',
        status: 500,
      }),
    ]);
  });

  it('has every denied attempt, looks included, and no look that was allowed', async () => {
    await send('get', '/admin/things', viewer);
    await send('get', '/admin/tokens', viewer);
    await send('post', '/admin/things/stop').send({ reason: 'mine' });
    await send('post', '/admin/things/stop', operator).set('origin', 'http://evil.example').send({});
    expect(entries).toMatchObject([
      { actor: 'vera', action: 'GET /admin/tokens', outcome: 'denied', status: 403 },
      { actor: null, role: null, action: 'stop', parameters: {}, outcome: 'denied', status: 401 },
      { actor: null, action: 'stop', outcome: 'denied', status: 403 },
    ]);
  });

  it('does not grow with what is sent against it', async () => {
    for (let sent = 0; sent < 70; sent++)
      await send('get', '/admin/things').set('host', 'evil.example').expect(403);
    expect(entries).toHaveLength(60);
  });
});

describe('the audit under attack', () => {
  it('goes on to have what a token is denied', async () => {
    await start({ failureLimit: 1_000 });
    for (let sent = 0; sent < 61; sent++) await send('get', '/admin/things').expect(401);
    expect(entries).toHaveLength(60);
    await send('get', '/admin/tokens', viewer).expect(403);
    expect(entries.slice(60)).toMatchObject([{ actor: 'vera', outcome: 'denied', status: 403 }]);
  });

  it('has once that an address is shut out', async () => {
    await start({ failureLimit: 60 });
    for (let sent = 0; sent < 63; sent++) await send('get', '/admin/things');
    expect(entries.slice(59).map(({ status }) => status)).toEqual([401, 429]);
  });
});

describe('limits', () => {
  it('keep wrong tokens from being tried, and tell for how long', async () => {
    await start({ failureLimit: 2 });
    const wrong = { token: 'not-a-token-of-ours' };
    await send('get', '/admin/me', wrong).expect(401);
    await send('get', '/admin/me', wrong).expect(401);
    const { headers, body } = (await send('get', '/admin/me', admin).expect(429)) as {
      headers: Record<string, string>;
      body: unknown;
    };
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(body).toMatchObject({ status: 429, title: 'Too Many Requests' });
  });

  it('do not let those without a token keep out the others of their address', async () => {
    await start({ failureLimit: 2 });
    for (const status of [401, 401, 429]) await send('get', '/admin/me').expect(status);
    await send('get', '/admin/me', viewer).expect(200);
  });

  it('are for the commands of one token, not for looks', async () => {
    await start({ commandLimit: 2 });
    for (const status of [200, 200, 429])
      await send('post', '/admin/things/stop', operator).send({}).expect(status);
    await send('get', '/admin/things', operator).expect(200);
    await send('post', '/admin/things/stop', admin).send({}).expect(200);
  });
});

describe('a file of tokens', () => {
  const write = (...json: object[]) => writeFileSync(file, JSON.stringify(json));
  const status = async (bearer: { token: string }) => (await send('get', '/admin/me', bearer)).status;
  /** The file is looked at when requests come. */
  const eventually = async (bearer: { token: string }, isSo: (status: number) => boolean) => {
    const end = performance.now() + 10_000;
    while (!isSo(await status(bearer))) {
      if (performance.now() > end) throw new Error('it never is');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const isAllowed = (found: number) => found === 200;
  const isTold = (problem: string) => () => warnings.some((line) => line.endsWith(problem));

  it('is taken up as it changes, and stays in force while it is of no use', async () => {
    write(viewer.json);
    await start({ tokens: [], tokensFile: file, failureLimit: 1_000 });
    expect([await status(viewer), await status(operator)]).toEqual([200, 401]);
    writeFileSync(file, '[');
    await eventually(viewer, isTold('it is no JSON'));
    expect([await status(viewer), await status(operator)]).toEqual([200, 401]);
    write(operator.json);
    await eventually(operator, isAllowed);
    expect(await status(viewer)).toBe(401);
    rmSync(file);
    await eventually(operator, isTold('it cannot be read'));
    expect(await status(operator)).toBe(200);
  });

  it('is taken up also when its size and time are the same, as after a change of its rights', async () => {
    const former = new Date('2026-01-01');
    writeFileSync(file, JSON.stringify([viewer.json]).padEnd(400));
    utimesSync(file, former, former);
    await start({ tokens: [], tokensFile: file, failureLimit: 1_000 });
    expect(await status(viewer)).toBe(200);
    writeFileSync(file, JSON.stringify([operator.json]).padEnd(400));
    utimesSync(file, former, former);
    await eventually(operator, isAllowed);
  });
});
