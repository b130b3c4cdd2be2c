import { describe, expect, it } from '@jest/globals';
import { loadSettings } from './load-settings.js';
import { opsSettings } from './ops-settings.js';

const load = (environment: Record<string, string>) =>
  loadSettings(opsSettings({ httpPort: 8080 }), { environment, file: {} });

const hash = `sha256:${'0'.repeat(64)}`;
const TOKENS = JSON.stringify([
  { name: 'anna', role: 'admin', hash },
  { name: 'vera', role: 'viewer', hash },
]);

describe('opsSettings', () => {
  it('is closed and local by default', () => {
    expect(load({})).toMatchObject({
      ok: true,
      values: { level: 'INFO', httpHost: '127.0.0.1', httpPort: 8080, adminAuth: 'token', adminTokens: [] },
    });
  });

  it('reads several tokens and lower-cases allowed hosts', () => {
    expect(load({ ADMIN_TOKENS: TOKENS, ADMIN_ALLOWED_HOSTS: 'Ops.Example' })).toMatchObject({
      values: {
        adminTokens: [{ name: 'anna', role: 'admin' }, { name: 'vera' }],
        adminAllowedHosts: ['ops.example'],
      },
    });
  });

  it('tells how to make a token where one stands that is not to be there, without quoting it', () => {
    const { problems } = load({ ADMIN_TOKENS: '0123456789abcdef' }) as { problems: readonly string[] };
    expect(problems.join()).toMatch(/^ADMIN_TOKENS must be .*make-token\.js/);
    expect(problems.join()).not.toContain('0123456789abcdef');
  });

  it.each([
    { ADMIN_TOKENS: '0123456789abcdef' },
    { ADMIN_TOKENS: 'a token with spaces' },
    { ADMIN_TOKENS: '[{"name":"anna"}]' },
    { ADMIN_ALLOWED_HOSTS: 'ops.example:8080' },
    { ADMIN_ALLOWED_HOSTS: 'http://ops.example' },
    { HTTP_PORT: '65536' },
    { HTTP_HOST: 'http://0.0.0.0' },
    { PROJECT_NAME: 'my project' },
    { SHUTDOWN_TIMEOUT: '0' },
    { LEVEL: 'TRACE' },
  ])('refuses %j', (environment) => expect(load(environment).ok).toBe(false));
});
