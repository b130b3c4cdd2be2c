import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { Controller, Get } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AdminController } from '../auth/admin-controller.decorator.js';
import { AuthModule } from '../auth/auth.module.js';
import { RequiresRole } from '../auth/requires-role.decorator.js';
import { listenHttp } from './admin-listener.js';
import { configureHttp, httpAppOptions } from './http-app.js';

@AdminController()
class StatusController {
  @Get('status')
  @RequiresRole('viewer')
  status(): object {
    return {};
  }
}

@Controller('health')
class LiveController {
  @Get()
  live(): object {
    return {};
  }
}

const HOST = '127.0.0.1';
let app: NestExpressApplication;
afterEach(() => app.close());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function start(addresses: { adminPort?: number; adminHost?: string; httpPort: number }) {
  const module = await Test.createTestingModule({
    imports: [AuthModule.register({ auth: 'none', tokens: [], allowedHosts: [] })],
    controllers: [StatusController, LiveController],
  }).compile();
  const logger = { log: () => undefined, warn: () => undefined, error: () => undefined };
  app = module.createNestApplication<NestExpressApplication>(httpAppOptions(logger));
  configureHttp(app, { title: 'Test', description: 'A service under test', version: '1.2.3' });
  await listenHttp(app, { httpHost: HOST, adminPort: undefined, adminHost: undefined, ...addresses });
}

/** Status of the answer to exactly this request target, which no client library changes. */
async function ask(port: number, target: string, host = HOST): Promise<number> {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(await answerTo(port, target, host))?.[1]);
}

async function answerTo(port: number, target: string, host: string): Promise<string> {
  const socket = connect(port, host);
  socket.end(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

describe('a port for the admin surface', () => {
  it('has it alone, in whatever form it is asked for', async () => {
    const [httpPort, adminPort] = [await freePort(), await freePort()];
    await start({ httpPort, adminPort });
    expect(await ask(httpPort, '/health')).toBe(200);
    expect(await ask(adminPort, '/admin/status')).toBe(200);
    expect(await ask(adminPort, '/health')).toBe(404);
    for (const target of [
      '/admin/status',
      '/ADMIN/status?x',
      '/%61dmin/status',
      '//admin/status',
      'http://localhost/admin/status',
      'http://localhost/ADMIN/status',
      'http://localhost/openapi.json',
      'any:///admin/status',
      'HTTPS://user@host:1//../admin/status?x',
    ]) {
      expect([target, await ask(httpPort, target)]).toEqual([target, 404]);
    }
  });

  it('may be the same number on another address', async () => {
    const port = await freePort();
    // All of 127.0.0.0/8 is this machine.
    await start({ httpPort: port, adminPort: port, adminHost: '127.0.0.2' });
    expect(await ask(port, '/health')).toBe(200);
    expect(await ask(port, '/admin/status')).toBe(404);
    expect(await ask(port, '/admin/status', '127.0.0.2')).toBe(200);
    expect(await ask(port, '/health', '127.0.0.2')).toBe(404);
  });
});

it('knows a whole address, as proxies are sent it, by its path, and lets nobody keep the answer', async () => {
  const httpPort = await freePort();
  await start({ httpPort });
  for (const target of ['/admin/status', 'http://localhost/admin/status']) {
    const answer = await answerTo(httpPort, target, HOST);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/^cache-control: no-store\r$/im);
  }
});
