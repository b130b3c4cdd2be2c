import type { Page } from './route.js';

export const TITLES: Readonly<Record<Page, string>> = {
  overview: 'Overview',
  pauses: 'Pause',
  'dead-letters': 'Dead letters',
  operations: 'Operations',
  audit: 'Audit',
};
