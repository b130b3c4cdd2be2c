import { useEffect, useState } from 'preact/hooks';

export const PAGES = ['overview', 'pauses', 'dead-letters', 'operations', 'audit'] as const;
export type Page = (typeof PAGES)[number];

/** Where the console is: `#/dead-letters/0/17?reason=…`. */
export interface Route {
  readonly page: Page;
  /** What stands behind the page's name. */
  readonly rest: readonly string[];
  readonly query: URLSearchParams;
}

/** Anything unknown is the overview. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [name = '', ...rest] = path.split('/').filter((part) => part !== '');
  const page = PAGES.find((known) => known === name) ?? 'overview';
  return { page, rest, query: new URLSearchParams(query) };
}

/** The other way round. What is empty is left out of the query. */
export function hrefOf(page: Page, rest: readonly (string | number)[] = [], query: object = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `#/${[page, ...rest].join('/')}${text === '' ? '' : `?${text}`}`;
}

/** The current route, followed as it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const follow = () => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return route;
}
