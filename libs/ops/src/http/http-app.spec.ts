import { connect, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Body, Get, HttpCode, Post, type LoggerService } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { OpenAPIObject } from '@nestjs/swagger';
import { Test } from '@nestjs/testing';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import { PauseCommandDto } from '../admin/pause-command.dto.js';
import type { AdminAccess } from '../auth/admin-access.js';
import { AdminController } from '../auth/admin-controller.decorator.js';
import { AuthModule } from '../auth/auth.module.js';
import { RequiresRole } from '../auth/requires-role.decorator.js';
import { hashOf } from '../auth/token-entry.js';
import { configureHttp, httpAppOptions } from './http-app.js';
import type { Problem } from './problem.dto.js';

@AdminController()
class PauseController {
  @Post('pause')
  @HttpCode(200)
  @RequiresRole('operator')
  pause(@Body() command: PauseCommandDto): object {
    return { command };
  }

  @Get('status')
  @RequiresRole('viewer')
  status(): object {
    return {};
  }
}

const TOKEN = '0123456789abcdef';
const OPEN: AdminAccess = { auth: 'none', tokens: [], allowedHosts: [], commandLimit: 1_000 };
const UNCONFIGURED: AdminAccess = { auth: 'token', tokens: [], allowedHosts: [] };
const CLOSED: AdminAccess = {
  auth: 'token',
  tokens: ['another-token-of-ours', TOKEN].map((token, index) => ({
    name: `token-${index + 1}`,
    role: 'admin' as const,
    hash: hashOf(token),
  })),
  failureLimit: 1_000,
  allowedHosts: ['ops.example'],
};

const logged = jest.fn();
const logger: LoggerService = { log: logged, warn: logged, error: logged };

/** One running app for every way of access that the tests use. */
const apps = new Map<AdminAccess, Promise<NestExpressApplication>>();

async function start(access: AdminAccess) {
  const running = apps.get(access) ?? create(access);
  apps.set(access, running);
  return request((await running).getHttpServer());
}

async function create(access: AdminAccess): Promise<NestExpressApplication> {
  const module = await Test.createTestingModule({
    imports: [AuthModule.register(access)],
    controllers: [PauseController],
  }).compile();
  const app = module.createNestApplication<NestExpressApplication>(httpAppOptions(logger));
  configureHttp(app, { title: 'Test', description: 'A service under test', version: '1.2.3' });
  return app.listen(0, '127.0.0.1').then(() => app);
}

beforeEach(() => void logged.mockClear());
afterAll(async () => {
  for (const app of apps.values()) await (await app).close();
});

const messageOf = (response: request.Response) => {
  const { errors, detail } = response.body as Problem;
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  return errors ?? detail;
};

describe('a request body', () => {
  it('is optional', async () => {
    const http = await start(OPEN);
    await http.post('/admin/pause').expect(200, { command: {} });
    await http.post('/admin/pause').set('content-type', 'application/json').expect(200, { command: {} });
  });

  it('arrives as the typed command', async () => {
    const http = await start(OPEN);
    const command = { reason: 'Umbau 🔧', for: '15m', scope: 'instance' };
    await http.post('/admin/pause').send(command).expect(200, { command });
  });

  it('gets 400 with every problem named', async () => {
    const http = await start(OPEN);
    const response = await http
      .post('/admin/pause')
      .send({ reason: 'a\nb', for: '31d', scope: 'world', who: 'me' })
      .expect(400);
    expect(messageOf(response)).toEqual([
      'property who should not exist',
      'for must be a time such as 15m, 1h30m, PT15M or 900 (seconds), at most 30 days',
      'reason must consist of at most 200 printable characters',
      'scope must be one of the following values: group, instance',
    ]);
  });

  it.each<[what: string, body: object]>([
    ['a reason that is too long', { reason: 'x'.repeat(201) }],
    ['a reason that is too long by what is not seen', { reason: '\u2764\uFE0F'.repeat(150) }],
    ['a reason that is a number', { reason: 1 }],
    ['a duration of less than nothing', { for: -90 }],
    ['an empty duration', { for: '' }],
    ['a list for the scope', { scope: ['group'] }],
    ['an empty array', []],
    ['a command in an array', [{ reason: 'in an array' }]],
  ])('gets 400 for %s', async (_, body) => {
    const http = await start(OPEN);
    await http.post('/admin/pause').send(body).expect(400);
  });

  it.each(['{"reason":"secret', '"text"', '1', 'null', ' ', '\u0000', '\uFEFF{}x'])(
    'gets 400 for %j, which is quoted nowhere',
    async (body) => {
      const http = await start(OPEN);
      const response = await http
        .post('/admin/pause')
        .set('content-type', 'application/json')
        .send(body)
        .expect(400);
      expect(messageOf(response)).toBe('The request body must be a JSON object in UTF-8');
      expect(logged.mock.calls.flat().join()).not.toContain('secret');
    },
  );

  it.each([
    ['arrays', '['.repeat(7_900), ']'.repeat(7_900)],
    ['objects', '{"a":'.repeat(2_600), '}'.repeat(2_600)],
  ])('gets 400 for thousands of nested %s', async (_, open, close) => {
    const http = await start(OPEN);
    const body = `{"reason":${open}1${close}}`;
    await http.post('/admin/pause').set('content-type', 'application/json').send(body).expect(400);
  });

  it('changes nothing but the command', async () => {
    const http = await start(OPEN);
    const body = '{"__proto__":{"reason":1},"constructor":{"prototype":{"reason":1}}}';
    await http
      .post('/admin/pause')
      .set('content-type', 'application/json')
      .send(body)
      .expect(200, { command: {} });
    expect({}).not.toHaveProperty('reason');
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp'])(
    'gets 415 as %s',
    async (type) => {
      const http = await start(OPEN);
      await http.post('/admin/pause').set('content-type', type).send('{}').expect(415);
    },
  );

  it('gets 415 in another charset or compressed', async () => {
    const http = await start(OPEN);
    const post = () => http.post('/admin/pause').set('content-type', 'application/json');
    await post().set('content-type', 'application/json; charset=latin1').send('{}').expect(415);
    await post().set('content-encoding', 'gzip').send('{}').expect(415);
  });

  it('gets 413 above 16 kB', async () => {
    const http = await start(OPEN);
    await http
      .post('/admin/pause')
      .send({ reason: 'x'.repeat(16_384) })
      .expect(413);
  });
});

describe('/admin', () => {
  it('is open without tokens in mode none, which is logged', async () => {
    const http = await start({ ...OPEN });
    await http.get('/admin/status').expect(200);
    const warnings = logged.mock.calls.filter(([message]) => String(message).includes('ADMIN_AUTH=none'));
    expect(warnings).toHaveLength(1);
  });

  it('says how to configure tokens when there are none', async () => {
    const http = await start(UNCONFIGURED);
    const response = await http.get('/admin/status').set('authorization', `Bearer ${TOKEN}`).expect(401);
    expect(messageOf(response)).toMatch(/ADMIN_TOKENS.*ADMIN_AUTH=none/);
  });

  it.each([undefined, 'Bearer', 'Bearer ', `Basic ${TOKEN}`, TOKEN, `Bearer ${TOKEN}x`, `Bearer ${TOKEN} x`])(
    'answers 401 to authorization %j',
    async (authorization) => {
      const http = await start(CLOSED);
      const get = http.get('/admin/status');
      if (authorization !== undefined) get.set('authorization', authorization);
      const response = await get.expect(401).expect('www-authenticate', 'Bearer');
      expect(messageOf(response)).toBe('A valid bearer token is required');
      expect(JSON.stringify(logged.mock.calls)).not.toContain(TOKEN);
    },
  );

  it.each(['another-token-of-ours', TOKEN])('lets in a configured token', async (token) => {
    const http = await start(CLOSED);
    await http.get('/admin/status').set('authorization', `Bearer ${token}`).expect(200);
    await http.get('/admin/status').set('authorization', `bearer ${token}`).expect(200);
  });

  it.each([OPEN, CLOSED])('refuses foreign web pages in every mode: $auth', async (access) => {
    const http = await start(access);
    const post = () => http.post('/admin/pause').set('authorization', `Bearer ${TOKEN}`);
    await post().set('host', 'evil.example').expect(403);
    await post().set('origin', 'http://evil.example').expect(403);
    await post().set('origin', 'null').expect(403);
    await post().set('sec-fetch-site', 'cross-site').expect(403);
    await post().set('sec-fetch-site', 'same-origin').expect(200);
  });

  it('may be reached under an allowed name', async () => {
    const http = await start(CLOSED);
    await http
      .get('/admin/status')
      .set('host', 'ops.example')
      .set('origin', 'https://ops.example')
      .set('authorization', `Bearer ${TOKEN}`)
      .expect(200);
  });
});

describe('the API description', () => {
  it('names the paths and the security scheme', async () => {
    const http = await start(CLOSED);
    const { body } = (await http.get('/openapi.json').expect(200)) as { body: unknown };
    expect(body).toMatchObject({
      info: { title: 'Test', version: '1.2.3' },
      paths: { '/admin/pause': { post: { security: [{ 'admin-token': [] }] } } },
      components: {
        securitySchemes: { 'admin-token': { type: 'http', scheme: 'bearer' } },
        schemas: { PauseCommandDto: { properties: { reason: {}, for: {}, scope: {} } } },
      },
    });
  });

  it('names every status that a refused command gets', async () => {
    const http = await start(CLOSED);
    const { body } = (await http.get('/openapi.json').expect(200)) as { body: OpenAPIObject };
    const refusals = body.paths['/admin/pause']?.post?.responses ?? {};
    expect(Object.keys(refusals)).toEqual(expect.arrayContaining(['400', '401', '403', '413', '415', '429']));
    expect(body.components?.schemas).toHaveProperty('ProblemDto.properties.detail');
  });

  it('asks for no token where none is needed', async () => {
    const http = await start(OPEN);
    const { body } = (await http.get('/openapi.json').expect(200)) as { body: OpenAPIObject };
    expect(body.paths['/admin/pause']?.post).toBeDefined();
    expect(JSON.stringify(body.paths)).not.toContain('security');
  });

  it('can be read in a browser over plain HTTP, without inline scripts', async () => {
    const http = await start(CLOSED);
    const page = await http.get('/docs').redirects(1).expect(200);
    expect(page.text).not.toMatch(/<script(?![^>]*\bsrc=)/);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    expect(page.headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
    expect(page.headers).not.toHaveProperty('strict-transport-security');
    const scripts = [...page.text.matchAll(/<script src="([^"]+)"/g)].map(([, path = '']) => path);
    expect(scripts.length).toBeGreaterThan(0);
    for (const path of scripts) await http.get(new URL(path, 'http://host/docs').pathname).expect(200);
  });

  it('carries the usual security headers', async () => {
    const http = await start(CLOSED);
    const { headers } = await http.get('/openapi.json');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers).not.toHaveProperty('x-powered-by');
  });
});

describe('closing', () => {
  it('does not wait for a request that was sent by half', async () => {
    const app = await create(OPEN);
    const { port } = app.getHttpServer().address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('POST /admin/pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n{');
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await app.close();
    await closed;
  });
});
