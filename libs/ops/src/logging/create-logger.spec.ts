import { Logger } from '@nestjs/common';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from './create-logger.js';

describe('createLogger', () => {
  const lines: string[] = [];
  const logger = createLogger({ service: 'consumer', level: 'INFO' }, { write: (line) => lines.push(line) });
  const last = () => JSON.parse(lines.at(-1) ?? '') as Record<string, unknown>;

  beforeEach(() => {
    lines.length = 0;
  });

  it('writes one JSON object per line, with ISO time, level and service', () => {
    logger.log('ready', 'Main');
    expect(lines).toHaveLength(1);
    expect(last()).toMatchObject({ level: 'info', service: 'consumer', context: 'Main', msg: 'ready' });
    expect(last().time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("takes what Nest's own logger is told, with details beside the message", () => {
    Logger.overrideLogger(logger);
    new Logger('Admin').warn('Paused', { reason: 'maintenance' });
    expect(last()).toMatchObject({ level: 'warn', context: 'Admin', msg: 'Paused', reason: 'maintenance' });
  });

  it('leaves out what is below its level', () => {
    logger.debug?.('noise');
    logger.log('AppModule dependencies initialized', 'InstanceLoader');
    expect(lines).toEqual([]);
  });

  it('never writes an authorization header or a cookie', () => {
    const headers = { authorization: 'Bearer 0123456789abcdef', cookie: 'session=1', host: 'localhost' };
    logger.log('request', { req: { headers }, headers });
    expect(last()).toMatchObject({ req: { headers: { host: 'localhost' } } });
    expect(lines.join()).not.toMatch(/0123456789abcdef|session=1/);
  });

  it('writes an error with its stack', () => {
    logger.error('failed', { err: new Error('broken') });
    expect(last()).toMatchObject({ msg: 'failed', err: { message: 'broken', stack: expect.any(String) } });
  });
});
