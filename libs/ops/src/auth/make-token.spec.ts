import { expect, it } from '@jest/globals';
import { makeTokenOf } from './make-token.js';

const NOW = Date.UTC(2026, 0, 1);
const ANNA = ['--name', 'anna', '--role', 'viewer'];

it('makes a token that ends when it should', () => {
  expect(makeTokenOf([...ANNA, '--expires', '90d'], NOW)).toMatchObject({
    token: expect.stringMatching(/^lep_/),
    entry: { name: 'anna', role: 'viewer', expires: '2026-04-01T00:00:00.000Z' },
  });
  expect(makeTokenOf(ANNA, NOW)).not.toHaveProperty('entry.expires');
});

it.each([['--expire', '90d'], ['--expires'], ['90d'], ['--expires', '400d']])(
  'makes none for %j',
  (...more) => {
    expect(makeTokenOf([...ANNA, ...more], NOW)).toEqual({ problem: expect.any(String) });
  },
);
