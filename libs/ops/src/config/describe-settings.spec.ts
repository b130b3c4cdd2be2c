import { describe, expect, it } from '@jest/globals';
import { describeSettings } from './describe-settings.js';
import { loadSettings } from './load-settings.js';
import { opsSettings } from './ops-settings.js';

describe('describeSettings', () => {
  it('shows what is in force, and of secrets only that they are set', () => {
    const table = opsSettings({ httpPort: 8080 });
    const describe = (environment: Record<string, string>) => {
      const loaded = loadSettings(table, { environment, file: {} });
      return loaded.ok ? describeSettings(table, loaded.values) : [];
    };
    const secret = `sha256:${'0'.repeat(64)}`;
    const tokens = JSON.stringify([{ name: 'anna', role: 'admin', hash: secret }]);
    const set = describe({ LEVEL: 'warn', ADMIN_TOKENS: tokens });
    expect(set).toContainEqual({ name: 'LEVEL', value: 'WARN' });
    expect(set).toContainEqual({ name: 'HTTP_PORT', value: 8080 });
    expect(set).toContainEqual({ name: 'ADMIN_TOKENS', value: '***' });
    expect(set).toContainEqual({ name: 'ADMIN_PORT', value: null });
    expect(JSON.stringify(set)).not.toContain(secret);
    expect(describe({})).toContainEqual({ name: 'ADMIN_TOKENS', value: [] });
  });
});
