import { describe, expect, it } from '@jest/globals';
import { hrefOf, parseRoute } from './route.js';

describe('a route', () => {
  it.each(['', '#', '#/', '#/nowhere', '#/__proto__', '#overview'])('%j is the overview', (hash) =>
    expect(parseRoute(hash).page).toBe('overview'),
  );

  it('is read as it was written', () => {
    const href = hrefOf('audit', [0, 17], { reason: 'A & B?', empty: '', none: undefined });
    const { page, rest, query } = parseRoute(href);
    expect([page, rest]).toEqual(['audit', ['0', '17']]);
    expect(Object.fromEntries(query)).toEqual({ reason: 'A & B?' });
  });
});
