import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { startService, uniqueTopics } from '../support/pipeline.js';

describe('settings', () => {
  const folder = mkdtempSync(join(tmpdir(), 'login-event-settings-'));
  const withEnvFile = (...lines: string[]) => {
    writeFileSync(join(folder, '.env'), lines.join('\n'));
    return folder;
  };

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(['consumer', 'producer'] as const)('that are wrong stop the %s, all named at once', async (app) => {
    const service = await startService(app, uniqueTopics(), {
      LEVEL: 'LOUD',
      HTTP_PORT: '70000',
      SOCKET_TIMEOUT: 'soon',
      BOOTSTRAP_SERVERS: 'nowhere',
      KAFKA_CREATE_TOPICS: 'a:0:1',
      SESSION_TIMEOUT: '-1',
      ENABLE_AUTO_COMMIT: 'true',
      PRODUCER_RATE: '0',
    });
    expect(await service.ended).toBe(78);
    const mine = {
      consumer: ['SESSION_TIMEOUT', 'ENABLE_AUTO_COMMIT'],
      producer: ['PRODUCER_RATE'],
    }[app];
    const common = ['LEVEL', 'HTTP_PORT', 'SOCKET_TIMEOUT', 'BOOTSTRAP_SERVERS', 'KAFKA_CREATE_TOPICS'];
    for (const name of [...common, ...mine]) expect(service.output()).toContain(name);
  });

  it('come from the environment first, and from .env where that says nothing', async () => {
    const cwd = withEnvFile('LEVEL=LOUD', 'SOCKET_TIMEOUT=soon', 'KAFKA_BROKER_URL=nowhere');
    const service = await startService('consumer', uniqueTopics(), { LEVEL: 'INFO' }, cwd);
    expect(await service.ended).toBe(78);
    expect(service.output()).toContain('SOCKET_TIMEOUT');
    // BOOTSTRAP_SERVERS of the environment beats every broker name in .env.
    expect(service.output()).not.toMatch(/LEVEL|KAFKA_BROKER_URL/);
  });

  it('that leave a needed topic missing end the process with a clear word', async () => {
    const topics = uniqueTopics();
    const service = await startService('consumer', topics, { KAFKA_CREATE_TOPICS: `${topics.input}:1:1` });
    expect(await service.ended).toBe(1);
    expect(service.output()).toContain(`missing topics: ${topics.output}, ${topics.dlq}`);
    expect(service.output()).toContain('KAFKA_CREATE_TOPICS');
  });
});
