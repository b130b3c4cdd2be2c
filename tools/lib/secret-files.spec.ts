import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { secretFolder, writeSecret } from './secret-files.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'login-event-secret-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('what holds a secret is for its owner alone', () => {
  it.each([false, true])('a file, which was there before: %s', (wasThere) => {
    const file = join(folder, 'file');
    if (wasThere) writeFileSync(file, 'former', { mode: 0o644 });
    writeSecret(file, 'text');
    expect(modeOf(file)).toBe('600');
  });

  it.each([false, true])('a folder, which was there before: %s', (wasThere) => {
    const path = join(folder, 'folder');
    if (wasThere) mkdirSync(path, { mode: 0o755 });
    secretFolder(path);
    expect(modeOf(path)).toBe('700');
  });
});
