import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** An empty XDG_CACHE_HOME means unset (XDG Base Directory Specification). */
export const cacheFolder = () =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'login-event-pipeline');

/** Where Node.js keeps compiled code, so that the second start of an app is quicker. */
export const compileCache = () => join(cacheFolder(), 'compiled');

/**
 * A folder of the cache that is either whole or not there, filled the first time.
 * @param {string} name
 * @param {(partial: string) => Promise<void>} fill
 */
export async function cachedFolder(name, fill) {
  const folder = join(cacheFolder(), name);
  if (existsSync(folder)) return folder;
  const partial = `${folder}.${randomUUID()}`;
  mkdirSync(partial, { recursive: true });
  try {
    await fill(partial);
    renameSync(partial, folder);
  } catch (error) {
    // Somebody else may have been faster.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}
