import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ValidationPipe } from '@nestjs/common';
import { AuthModule, type Metrics } from '@pipeline/ops';
import request from 'supertest';
import { EventStream } from '../generator/event-stream.js';
import { LoginGenerator } from '../generator/login-generator.js';
import { ProducerAdminController } from './admin.controller.js';

const gauge = { set: (value: number) => void (pausedGauge = value) };
let pausedGauge = 0;
const metrics = { gauge: () => gauge } as unknown as Metrics;
const kafka = { send: () => Promise.resolve(), disconnect: () => Promise.resolve() };
const options = { topic: 'in', rate: 10, count: 0, burstSize: 0, burstInterval: 1_000 };

let stream: EventStream;
let app: NestExpressApplication;

beforeAll(async () => {
  stream = new EventStream(new LoginGenerator(1, 0), kafka, metrics, options);
  const module = await Test.createTestingModule({
    imports: [AuthModule.register({ auth: 'none', tokens: [], allowedHosts: [] })],
    controllers: [ProducerAdminController],
    providers: [{ provide: EventStream, useValue: stream }],
  }).compile();
  app = module.createNestApplication<NestExpressApplication>();
  app.useLogger(false);
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());
beforeEach(() => {
  stream.setPaused(false);
  stream.setRate(10);
});

const http = () => request(app.getHttpServer());
const running = { paused: false, rate: 10, sent: 0, finished: false };

describe("the producer's admin interface", () => {
  it('shows what the stream does', async () => {
    await http().get('/admin/status').expect(200, running);
  });

  it('pauses and resumes without a body, and twice', async () => {
    for (let time = 0; time < 2; time++) {
      await http()
        .post('/admin/pause')
        .expect(200, { ...running, paused: true });
      expect(pausedGauge).toBe(1);
    }
    for (let time = 0; time < 2; time++) {
      await http().post('/admin/resume').expect(200, running);
      expect(pausedGauge).toBe(0);
    }
  });

  it.each([{ for: '15m' }, { scope: 'group' }, { reason: 1 }, { who: 'me' }])(
    'refuses %j, which it would not do, and goes on',
    async (body) => {
      await http().post('/admin/pause').send(body).expect(400);
      expect(stream.status().paused).toBe(false);
      stream.setPaused(true);
      await http().post('/admin/resume').send(body).expect(400);
      expect(stream.status().paused).toBe(true);
    },
  );

  it('takes a reason', async () => {
    const paused = { ...running, paused: true };
    await http().post('/admin/pause').send({ reason: 'maintenance', scope: 'instance' }).expect(200, paused);
  });

  it('changes the rate', async () => {
    await http()
      .put('/admin/rate')
      .send({ rate: 50_000 })
      .expect(200, { ...running, rate: 50_000 });
    await http()
      .get('/admin/status')
      .expect(200, { ...running, rate: 50_000 });
  });

  it.each([{}, { rate: 0 }, { rate: 1.5 }, { rate: '10' }, { rate: 1_000_001 }, { rate: 1, unit: 's' }])(
    'refuses the rate %j',
    async (body) => {
      const response = await http().put('/admin/rate').send(body).expect(400);
      expect((response.body as { message: string[] }).message).not.toHaveLength(0);
      expect(stream.status().rate).toBe(10);
    },
  );
});
