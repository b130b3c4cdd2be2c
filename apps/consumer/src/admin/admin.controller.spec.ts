import { ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Circuits, FloodWatch, KafkaBatchServer } from '@pipeline/kafka';
import { AuthModule, Metrics } from '@pipeline/ops';
import request from 'supertest';
import { ConsumerAdminController } from './admin.controller.js';
import { ControlLog } from '../control/control-log.js';
import { ControlState } from '../control/control-state.js';
import { MemoryLog } from '../control/testing/memory-log.js';
import { History } from '../run-time/history.js';
import { ENVIRONMENT } from '../run-time/run-time.module.js';
import { PauseControl } from './pause-control.js';
import type { PauseState } from './pause-view.js';

const TRANSPORT = { member: true, brokerAnswers: true, pausedBy: [], partitions: [] };
const CIRCUITS = [{ name: 'enrichment', state: 'closed', since: '2026-01-01T00:00:00.000Z' }];
const RUNNING = {
  ...{ paused: false, scope: 'group', partitions: null, reason: null },
  ...{ actor: null, verified: null, since: null, until: null },
};

const server = {
  paused: false,
  pause: () => void (server.paused = true),
  endPause: () => void (server.paused = false),
  pausePartitions: () => undefined,
  releaseHeld: () => undefined,
  describe: () => TRANSPORT,
};

const state = new ControlState();
const metrics = { counter: () => ({ inc: () => undefined }), gauge: () => ({}) };

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
      { provide: ControlState, useValue: state },
      { provide: ControlLog, useValue: new MemoryLog().for(state) },
      { provide: Metrics, useValue: metrics },
      { provide: ENVIRONMENT, useValue: 'test' },
      { provide: History, useValue: { throughput: () => ({}), rebalances: 0 } },
    ],
  }).compile();
  app = module.createNestApplication<NestExpressApplication>();
  app.useLogger(false);
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());
beforeEach(() => app.get(PauseControl).resume({}, { name: 'anna', role: 'operator' }));

const http = () => request(app.getHttpServer());
const status = async () => (await http().get('/admin/status').expect(200)).body as object;
const pause = async (body?: object) => {
  const response = await http().post('/admin/pause').send(body).expect(200);
  return response.body as PauseState;
};

describe("the consumer's admin interface", () => {
  it('shows the pause and the transport', async () => {
    expect(await status()).toMatchObject({
      ...{ pause: RUNNING, pauses: [], circuits: CIRCUITS, flood: false, transport: TRANSPORT },
      control: { topic: 'control', readable: true, newerVersions: 0 },
    });
  });

  it('pauses without a body', async () => {
    expect(await pause()).toEqual({
      ...{ ...RUNNING, paused: true, actor: 'anonymous' },
      ...{ verified: false, since: expect.any(String) },
    });
    expect(server.paused).toBe(true);
  });

  it.each(['15m', 900, '900'])('pauses for a reason and for %j, and shows both', async (time) => {
    const state = await pause({ reason: 'maintenance', for: time, scope: 'group' });
    expect(state).toMatchObject({ paused: true, reason: 'maintenance' });
    expect(Date.parse(String(state.until)) - Date.parse(String(state.since))).toBeCloseTo(15 * 60_000, -3);
    expect(await status()).toMatchObject({
      pause: state,
      pauses: [{ reason: 'maintenance', until: state.until }],
    });
  });

  it('may be told twice', async () => {
    const first = await pause();
    expect(await pause()).toEqual(first);
    await http().post('/admin/resume').expect(200, RUNNING);
    await http().post('/admin/resume').expect(200, RUNNING);
    expect(server.paused).toBe(false);
  });

  it.each([{ scope: 'all' }, { for: '15m' }, { who: 'me' }, { partitions: [] }, { partitions: [-1, 0.5] }])(
    'refuses to resume by %j, and stays paused',
    async (body) => {
      await pause();
      await http().post('/admin/resume').send(body).expect(400);
      expect(server.paused).toBe(true);
    },
  );

  it('resumes for a reason', async () => {
    await pause();
    await http().post('/admin/resume').send({ reason: 'done', scope: 'group' }).expect(200, RUNNING);
  });

  it('refuses a wrong command with every problem named', async () => {
    const response = await http()
      .post('/admin/pause')
      .send({ for: 'ever', reason: 1, who: 'me', partitions: ['0'] })
      .expect(400);
    const problems = (response.body as { message: string[] }).message.join();
    for (const field of ['for', 'reason', 'who', 'partitions']) expect(problems).toContain(field);
    expect(server.paused).toBe(false);
  });
});
