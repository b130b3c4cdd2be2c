import { ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Circuits, FloodWatch, KafkaBatchServer } from '@pipeline/kafka';
import { AuthModule } from '@pipeline/ops';
import request from 'supertest';
import { ConsumerAdminController } from './admin.controller.js';
import { PauseControl, type PauseState } from './pause-control.js';

const TRANSPORT = { member: true, brokerAnswers: true, pausedBy: [], partitions: [] };
const CIRCUITS = [{ name: 'enrichment', state: 'closed', since: '2026-01-01T00:00:00.000Z' }];
const STATUS = { circuits: CIRCUITS, flood: false, transport: TRANSPORT };
const RUNNING = { paused: false, scope: 'instance', reason: null, since: null, until: null };

const server = {
  paused: false,
  pause: () => void (server.paused = true),
  resume: () => void (server.paused = false),
  describe: () => TRANSPORT,
};

let app: NestExpressApplication;

beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [AuthModule.register({ auth: 'none', tokens: [], allowedHosts: [] })],
    controllers: [ConsumerAdminController],
    providers: [
      PauseControl,
      { provide: KafkaBatchServer, useValue: server },
      { provide: Circuits, useValue: { describe: () => CIRCUITS } },
      { provide: FloodWatch, useValue: { isFlooded: false } },
    ],
  }).compile();
  app = module.createNestApplication<NestExpressApplication>();
  app.useLogger(false);
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());
beforeEach(() => void app.get(PauseControl).resume());

const http = () => request(app.getHttpServer());
const pause = async (body?: object) => {
  const response = await http().post('/admin/pause').send(body).expect(200);
  return response.body as PauseState;
};

describe("the consumer's admin interface", () => {
  it('shows the pause and the transport', async () => {
    await http()
      .get('/admin/status')
      .expect(200, { pause: RUNNING, ...STATUS });
  });

  it('pauses without a body', async () => {
    expect(await pause()).toEqual({ ...RUNNING, paused: true, since: expect.any(String) });
    expect(server.paused).toBe(true);
  });

  it('pauses for a reason and for a time, and shows both', async () => {
    const state = await pause({ reason: 'maintenance', for: '15m', scope: 'instance' });
    expect(state).toMatchObject({ paused: true, reason: 'maintenance' });
    expect(Date.parse(String(state.until)) - Date.parse(String(state.since))).toBeCloseTo(15 * 60_000, -3);
    await http()
      .get('/admin/status')
      .expect(200, { pause: state, ...STATUS });
  });

  it('may be told twice', async () => {
    const first = await pause();
    expect(await pause()).toEqual(first);
    await http().post('/admin/resume').expect(200, RUNNING);
    await http().post('/admin/resume').expect(200, RUNNING);
    expect(server.paused).toBe(false);
  });

  it('says that a whole group cannot be paused, and pauses nothing', async () => {
    const response = await http().post('/admin/pause').send({ scope: 'group' }).expect(400);
    expect((response.body as { message: string[] }).message).toEqual([expect.stringContaining('scope')]);
    expect(server.paused).toBe(false);
  });

  it.each([{ scope: 'group' }, { scope: 'all' }, { for: '15m' }, { who: 'me' }])(
    'refuses to resume by %j, and stays paused',
    async (body) => {
      await pause();
      await http().post('/admin/resume').send(body).expect(400);
      expect(server.paused).toBe(true);
    },
  );

  it('resumes for a reason', async () => {
    await pause();
    await http().post('/admin/resume').send({ reason: 'done', scope: 'instance' }).expect(200, RUNNING);
  });

  it('refuses a wrong command with every problem named', async () => {
    const response = await http()
      .post('/admin/pause')
      .send({ for: 'ever', reason: 1, who: 'me' })
      .expect(400);
    const problems = (response.body as { message: string[] }).message.join();
    for (const field of ['for', 'reason', 'who']) expect(problems).toContain(field);
    expect(server.paused).toBe(false);
  });
});
