import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createToken, newTokenKey } from '../../../../../tools/lib/token-server.mjs';
import { tokenEndpoint } from './token-endpoint.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'login-event-token-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function setUp() {
  const file = join(folder, 'token');
  const source = tokenEndpoint({ url: pathToFileURL(file).href }, 1_000);
  return { source, write: (text: string) => writeFileSync(file, text) };
}

describe('a token in a file', () => {
  it('is read at every authentication', async () => {
    const { source, write } = setUp();
    const key = newTokenKey();
    for (const subject of ['one', 'another']) {
      const token = createToken(key, subject, 3_600);
      write(`${token}\n`);
      expect((await source.get()).value).toBe(token);
    }
  });

  it('is a failure of its own when the file is gone or holds none', () => {
    const { source, write } = setUp();
    expect(() => source.get()).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
    write('two words');
    expect(() => source.get()).toThrow(expect.objectContaining({ code: 'TOKEN_UNUSABLE' }));
  });
});
