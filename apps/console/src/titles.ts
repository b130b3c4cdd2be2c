import type { Page } from './route.js';

export const TITLES: Readonly<Record<Page, string>> = {
  overview: 'Overview',
  pauses: 'Pause',
  audit: 'Audit',
};
