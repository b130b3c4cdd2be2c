import { useState } from 'preact/hooks';
import type { Page } from '../api/letters.js';
import { useConsole } from './console-context.js';
import { useCommand, type Command } from './use-command.js';
import { useLive, type Live } from './use-live.js';

/** A long list of which the newest are followed, and older ones are loaded when asked for. */
export interface Pages<P> extends Live<P> {
  readonly error: Command['error'];
  readonly busy: boolean;
  /** Undefined at the end. */
  readonly more: (() => void) | undefined;
  /** Undefined while the newest are followed. */
  readonly toNewest: (() => void) | undefined;
}

/** @param path with at least one parameter, to which the cursor is added */
export function usePages<P extends Page<unknown>>(path: string, everyMs: number): Pages<P> {
  const { api } = useConsole();
  const { data, problem } = useLive<P>(path, everyMs);
  const [older, setOlder] = useState<{ readonly path: string; readonly page: P }>();
  const { busy, error, run } = useCommand();

  // While older ones are shown, the list stands still: new ones would push what is read away.
  const kept = older?.path === path ? older.page : undefined;
  const shown = kept ?? data;
  const more = async (from: P, cursor: string) => {
    const page = await run(() => api.get<P>(`${path}&cursor=${encodeURIComponent(cursor)}`));
    if (page) setOlder({ path, page: { ...page, items: [...from.items, ...page.items] } });
  };
  const cursor = shown?.nextCursor;
  return {
    data: shown,
    problem,
    error,
    busy,
    more: shown && typeof cursor === 'string' ? () => void more(shown, cursor) : undefined,
    toNewest: kept && (() => setOlder(undefined)),
  };
}
