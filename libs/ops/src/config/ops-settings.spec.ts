import { describe, expect, it } from '@jest/globals';
import { loadSettings } from './load-settings.js';
import { opsSettings } from './ops-settings.js';

const load = (environment: Record<string, string>) =>
  loadSettings(opsSettings({ httpPort: 8080 }), { environment, file: {} });

describe('opsSettings', () => {
  it('is closed and local by default', () => {
    expect(load({})).toMatchObject({
      ok: true,
      values: { level: 'INFO', httpHost: '127.0.0.1', httpPort: 8080, adminAuth: 'token', adminTokens: [] },
    });
  });

  it('reads several tokens and lower-cases allowed hosts', () => {
    expect(
      load({ ADMIN_TOKENS: 'a-token-of-16-chr, 0123456789abcdef', ADMIN_ALLOWED_HOSTS: 'Ops.Example' }),
    ).toMatchObject({
      values: {
        adminTokens: [{ name: 'token-1', role: 'admin' }, { name: 'token-2' }],
        adminAllowedHosts: ['ops.example'],
      },
    });
  });

  it.each([
    { ADMIN_TOKENS: 'short' },
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
