import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import request from 'supertest';
import type { ProbeResult } from './health-probe.js';
import { HealthModule } from './health.module.js';

describe('HealthModule', () => {
  let app: INestApplication<Server>;
  const error = jest.fn();
  const results: Record<'live' | 'ready' | 'startup', ProbeResult> = {
    live: { up: true },
    ready: { up: true },
    startup: { up: true },
  };

  beforeAll(async () => {
    const probe = (name: keyof typeof results) => ({ name, check: () => results[name] });
    const module = await Test.createTestingModule({
      imports: [
        HealthModule.register({
          useFactory: () => ({
            live: [probe('live')],
            ready: [probe('ready'), { name: 'kafka', check: () => ({ up: true }) }],
            startup: [probe('startup')],
          }),
        }),
      ],
    }).compile();
    module.useLogger({ log: () => undefined, warn: () => undefined, error });
    app = module.createNestApplication();
    await app.init();
  });
  afterAll(() => app.close());
  beforeEach(() => {
    for (const name of ['live', 'ready', 'startup'] as const) results[name] = { up: true };
  });

  const get = (path: string) => request(app.getHttpServer()).get(path);

  it.each(['/health', '/health/ready', '/health/live', '/health/startup'])(
    '%s is 200 when all is up',
    async (path) => {
      const response = await get(path)
        .expect(200)
        .expect('cache-control', /no-store/);
      expect(response.body).toMatchObject({ status: 'ok', error: {} });
    },
  );

  it('is not ready, with what is down and why, while one probe is down', async () => {
    results.ready = { up: false, details: { reason: 'not a member of the group' } };
    for (const path of ['/health', '/health/ready']) {
      const response = await get(path).expect(503);
      expect(response.body).toEqual({
        status: 'error',
        info: { kafka: { status: 'up' } },
        error: { ready: { status: 'down', reason: 'not a member of the group' } },
        details: { kafka: { status: 'up' }, ready: { status: 'down', reason: 'not a member of the group' } },
      });
    }
  });

  it('tells live, ready and startup apart', async () => {
    results.live = { up: false };
    await get('/health/live').expect(503);
    await get('/health/ready').expect(200);
    await get('/health/startup').expect(200);
  });

  it('does not log failed checks', async () => {
    results.ready = { up: false };
    await get('/health').expect(503);
    expect(error).not.toHaveBeenCalled();
  });
});
