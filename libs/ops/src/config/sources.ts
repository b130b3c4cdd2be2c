import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { Setting } from './setting.js';

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Where settings come from, strongest first. An empty string counts as unset.
 *
 * @publicApi
 */
export interface Sources {
  readonly environment: Variables;
  /** The contents of `.env`; empty when there is no such file. */
  readonly file: Variables;
  /** Why `.env` is there but could not be read. */
  readonly fileProblem?: string;
}

/** A setting's text together with the name and place it was found under. */
export interface Found {
  readonly text: string;
  readonly name: string;
  readonly place: 'environment' | '.env';
}

/**
 * Reads the environment and the file `.env` in `cwd`. A missing file is fine.
 *
 * @publicApi
 */
export function readSources({ cwd, env }: { cwd: string; env: Variables }): Sources {
  try {
    const text = readFileSync(join(cwd, '.env'), 'utf8').replace(/^\uFEFF/, '');
    return { environment: env, file: parseEnv(text) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { environment: env, file: {} };
    return { environment: env, file: {}, fileProblem: `.env cannot be read (${code ?? 'unknown error'})` };
  }
}

/** The strongest text given for a setting: any of its names in the environment beats all of them in `.env`. */
export function find({ name, aliases }: Setting<unknown>, sources: Sources): Found | undefined {
  const places = [
    { place: 'environment', variables: sources.environment },
    { place: '.env', variables: sources.file },
  ] as const;
  for (const { place, variables } of places) {
    for (const candidate of [name, ...aliases]) {
      const text = variables[candidate];
      if (text) return { text, name: candidate, place };
    }
  }
  return undefined;
}
