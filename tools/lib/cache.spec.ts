import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cacheFolder, cachedFolder } from './cache.mjs';

const before = process.env.XDG_CACHE_HOME;
beforeEach(() => void (process.env.XDG_CACHE_HOME = mkdtempSync(join(tmpdir(), 'login-event-cache-'))));
afterEach(() => {
  rmSync(process.env.XDG_CACHE_HOME ?? '', { recursive: true });
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
});

const fill = (folder: string) => {
  writeFileSync(join(folder, 'file'), '');
  return Promise.resolve();
};

describe('a cached folder', () => {
  it('is filled once', async () => {
    let times = 0;
    const count = (folder: string) => {
      times++;
      return fill(folder);
    };
    const folder = await cachedFolder('jars', count);
    expect(await cachedFolder('jars', count)).toBe(folder);
    expect(times).toBe(1);
    expect(readdirSync(folder)).toEqual(['file']);
    expect(readdirSync(cacheFolder())).toEqual(['jars']);
  });

  it('is not there when filling it fails', async () => {
    const failing = async (folder: string) => {
      await fill(folder);
      throw new Error('no network');
    };
    await expect(cachedFolder('jars', failing)).rejects.toThrow('no network');
    expect(readdirSync(cacheFolder())).toEqual([]);
  });

  it('is the one of whoever was faster', async () => {
    const folder = await cachedFolder('jars', async (own) => {
      await fill(own);
      await cachedFolder('jars', fill);
    });
    expect(existsSync(join(folder, 'file'))).toBe(true);
    expect(readdirSync(cacheFolder())).toEqual(['jars']);
  });
});
