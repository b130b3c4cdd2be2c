import { request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { LoggerService } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuthModule } from '../auth/auth.module.js';
import { AdminListener, listenHttp } from './admin-listener.js';
import { configureHttp, httpAppOptions } from './http-app.js';

const silent: LoggerService = { log: () => undefined, warn: () => undefined, error: () => undefined };

let app: NestExpressApplication;
let httpPort: number;
let adminPort: number;

beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [AuthModule.register({ auth: 'none', tokens: [], allowedHosts: [] })],
  }).compile();
  app = module.createNestApplication<NestExpressApplication>(httpAppOptions(silent));
  configureHttp(app, { title: 'Test', description: 'A service under test', version: '1.2.3' });
  await listenHttp(app, { httpHost: '127.0.0.1', httpPort: 0, adminHost: undefined, adminPort: 0 });
  const { port } = app.getHttpServer().address() as AddressInfo;
  httpPort = port;
  adminPort = app.get(AdminListener).port ?? 0;
});
afterAll(() => app.close());

/** With the target of the request as it is given, which no browser or fetch would send so. */
async function ask(port: number, path: string): Promise<IncomingMessage> {
  const sent = request({ host: '127.0.0.1', port, path }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  return response;
}

describe('a port of its own for /admin', () => {
  it.each([
    '/admin/me',
    '/ADMIN/me',
    '/openapi.json',
    'http://localhost/admin/me',
    'http://localhost/openapi.json',
    'any:///admin/me',
    'HTTPS://user@host:1//../admin/me?x',
  ])('leaves nothing of it on the other one: %s', async (path) => {
    expect((await ask(httpPort, path)).statusCode).toBe(404);
  });

  it('knows a whole address, as proxies are sent it, by its path', async () => {
    const { statusCode, headers } = await ask(adminPort, 'http://localhost/admin/me');
    expect([statusCode, headers['cache-control']]).toEqual([200, 'no-store']);
  });
});
