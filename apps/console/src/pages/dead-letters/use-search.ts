import { useState } from 'preact/hooks';
import type { LetterPage } from '../../api/letters.js';
import { useConsole } from '../../live/console-context.js';
import { useCommand } from '../../live/use-command.js';
import type { Pages } from '../../live/use-pages.js';
import { filterBody, filterQuery, type Filter } from './filter.js';

/** What is looked for in keys and values. It stands in no address: it may be about a person. */
export interface Wanted {
  readonly key?: string;
  readonly text?: string;
}

interface Found {
  readonly about: string;
  readonly wanted: Wanted;
  readonly page: LetterPage;
}

/** A search within a filter; `pages` is undefined while there is none. */
export function useSearch(filter: Filter) {
  const { api } = useConsole();
  const { busy, error, run, forget } = useCommand();
  const [found, setFound] = useState<Found>();
  const about = filterQuery(filter);

  const ask = async (wanted: Wanted, before?: LetterPage) => {
    const cursor = before?.nextCursor;
    const body = { ...filterBody(filter), ...wanted, ...(typeof cursor === 'string' && { cursor }) };
    const page = await run(() => api.post<LetterPage>('/dead-letters/search', body));
    if (!page) return;
    setFound({ about, wanted, page: { ...page, items: [...(before?.items ?? []), ...page.items] } });
  };

  const current = found?.about === about ? found : undefined;
  const hasMore = typeof current?.page.nextCursor === 'string';
  const pages: Pages<LetterPage> | undefined = current && {
    data: current.page,
    problem: undefined,
    error,
    busy,
    more: hasMore ? () => void ask(current.wanted, current.page) : undefined,
    toNewest: undefined,
  };
  return {
    pages,
    busy,
    error,
    start: (wanted: Wanted) => void ask(wanted),
    end: () => {
      forget();
      setFound(undefined);
    },
  };
}
