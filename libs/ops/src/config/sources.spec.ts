import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readSources } from './sources.js';

describe('readSources', () => {
  let cwd: string;
  beforeEach(() => {
    cwd = mkdtempSync(join(tmpdir(), 'settings-'));
  });
  afterEach(() => rmSync(cwd, { recursive: true }));

  it('reads .env in the working directory, with comments, quotes and a byte order mark', () => {
    writeFileSync(join(cwd, '.env'), '\uFEFFLEVEL=DEBUG # loud\n# nothing\nINPUT_TOPIC="user-login"\n');
    expect(readSources({ cwd, env: { SEED: '1' } })).toEqual({
      environment: { SEED: '1' },
      file: { LEVEL: 'DEBUG', INPUT_TOPIC: 'user-login' },
    });
  });

  it('does without the file', () => {
    expect(readSources({ cwd, env: {} })).toEqual({ environment: {}, file: {} });
  });

  it('says that a .env is there but cannot be read', () => {
    mkdirSync(join(cwd, '.env'));
    expect(readSources({ cwd, env: {} }).fileProblem).toBe('.env cannot be read (EISDIR)');
  });
});
