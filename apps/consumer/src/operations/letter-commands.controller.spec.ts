import { NotFoundException, ValidationPipe } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditTrail, AuthModule, type AuditEntry } from '@pipeline/ops';
import request from 'supertest';
import { LetterCommandsController } from './letter-commands.controller.js';
import { Operations } from './operations.js';
import { OperationsController } from './operations.controller.js';

let app: NestExpressApplication;
const entries: AuditEntry[] = [];
const operations = {
  begin: () => ({}),
  command: () => {
    throw new NotFoundException();
  },
};

beforeAll(async () => {
  const module = await Test.createTestingModule({
    imports: [AuthModule.register({ auth: 'none', tokens: [], allowedHosts: [] })],
    controllers: [LetterCommandsController, OperationsController],
    providers: [{ provide: Operations, useValue: operations }],
  }).compile();
  app = module.createNestApplication<NestExpressApplication>();
  app.useLogger(false);
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  app.get(AuditTrail).onEntry((entry) => entries.push(entry));
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());
beforeEach(() => void entries.splice(0));

const post = (path: string, body: object) => request(app.getHttpServer()).post(path).send(body);

describe('the audit of commands about dead letters', () => {
  it('has what was chosen', async () => {
    const filter = { reason: 'VALIDATION_FAILED', from: '2026-01-02', partition: 3, replayed: false };
    await post('/admin/dead-letters/replay', { filter, rate: 9, target: 'again' }).expect(200);
    const selection = [{ partition: 0, offset: 5 }];
    await post('/admin/dead-letters/park', { selection }).expect(200);
    expect(entries.map(({ parameters }) => parameters)).toEqual([
      { ...filter, rate: 9, target: 'again' },
      { selected: 1 },
    ]);
  });

  it('has nothing of a person where the command is refused, whatever it holds', async () => {
    const filters = [
      { key: 'user-42' },
      { 'user-42': 1 },
      { 'user-42\n': 1 },
      { offset: 'user-42', from: 'user-42', replayed: 'user-42', reason: ['user-42'], topic: 'of user-42' },
    ];
    for (const filter of filters) await post('/admin/dead-letters/replay', { filter }).expect(400);
    await post('/admin/dead-letters/park', { filter: {}, rate: 'user-42' }).expect(400);
    await post('/admin/dead-letters/purge', { before: 'user-42', count: 'user-42' }).expect(400);
    await request(app.getHttpServer()).post('/admin/operations/user-42/pause').expect(404);
    expect(entries).toHaveLength(7);
    expect(JSON.stringify(entries)).not.toContain('user-42');
  });
});
