import { useEffect, useState } from 'preact/hooks';
import type { ApiClient } from '../api/client.js';
import { Problem } from '../api/problem.js';
import { useConsole } from './console-context.js';
import type { Polling } from './polling.js';

export interface Live<T> {
  readonly data: T | undefined;
  /** Why the API refuses it. */
  readonly problem: Problem | undefined;
}

interface Loaded<T> extends Live<T> {
  readonly path: string | undefined;
}

/** What a path of the API answers, asked again every so often; without a path, nothing is asked. */
export const useLive = <T>(path: string | undefined, everyMs: number): Live<T> => {
  const { api, polling } = useConsole();
  return useLiveFrom<T>(api, polling, path, everyMs);
};

/** The same, outside of the console's context. */
export function useLiveFrom<T>(
  api: ApiClient,
  polling: Polling,
  path: string | undefined,
  everyMs: number,
): Live<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ path: undefined, data: undefined, problem: undefined });
  useEffect(() => {
    if (path === undefined) return;
    return polling.add(async (signal) => {
      try {
        const data = await api.get<T>(path, signal);
        if (!signal.aborted) setLoaded({ path, data, problem: undefined });
      } catch (error) {
        if (error instanceof Problem && !signal.aborted && error.status !== 429) {
          setLoaded({ path, data: undefined, problem: error });
        }
        throw error;
      }
    }, everyMs);
  }, [api, polling, path, everyMs]);
  // An answer to another question is none.
  return loaded.path === path ? loaded : { data: undefined, problem: undefined };
}
