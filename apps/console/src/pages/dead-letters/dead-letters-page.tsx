import type { Route } from '../../route.js';
import { readFilter } from './filter.js';
import { LetterBrowser } from './letter-browser.js';
import { LetterPage } from './letter-page.js';

/** All of them, or one: `#/dead-letters/PARTITION/OFFSET`. */
export function DeadLettersPage({ route }: { readonly route: Route }) {
  const [partition, offset] = route.rest;
  if (partition !== undefined && offset !== undefined) {
    return <LetterPage partition={partition} offset={offset} />;
  }
  return <LetterBrowser filter={readFilter(route.query)} />;
}
