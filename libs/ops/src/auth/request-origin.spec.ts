import { describe, expect, it } from '@jest/globals';
import { foreignOrigin } from './request-origin.js';

const isForeign = (headers: Record<string, string>) => foreignOrigin(headers, ['ops.example']) !== undefined;

describe('foreignOrigin', () => {
  it.each([
    'localhost',
    'LocalHost:8080',
    '127.0.0.1:8080',
    '10.1.2.3',
    '[::1]:8080',
    '[::1]',
    'ops.example:8080',
  ])('takes Host %s for our own', (host) => expect(isForeign({ host })).toBe(false));

  it.each([
    '',
    'evil.example',
    'localhost.evil.example:8080',
    'evil.example:127.0.0.1',
    '127.0.0.1.evil.example',
    '0177.0.0.1',
    '[evil.example]',
    '[127.0.0.1]',
    '::1',
    'localhost:8080:8080',
    'user@localhost',
    'evil.ops.example',
  ])('takes Host %j for foreign', (host) => expect(isForeign({ host })).toBe(true));

  it('takes a request without Host for foreign', () => expect(isForeign({})).toBe(true));

  it.each([
    ['localhost:8080', 'http://localhost:8080'],
    ['localhost', 'http://localhost'],
    ['localhost:80', 'http://localhost'],
    ['[::1]:8080', 'http://[::1]:8080'],
    ['ops.example', 'https://ops.example'],
  ])('with Host %s takes Origin %s for our own', (host, origin) =>
    expect(isForeign({ host, origin })).toBe(false),
  );

  it.each([
    'null',
    '',
    'http://localhost',
    'http://localhost:3000',
    'http://127.0.0.1:8080',
    'http://evil.example',
    'http://localhost:8080.evil.example',
    'http://localhost:8080@evil.example',
    'file://localhost:8080',
    'localhost:8080',
  ])('with Host localhost:8080 takes Origin %j for foreign', (origin) =>
    expect(isForeign({ host: 'localhost:8080', origin })).toBe(true),
  );

  it.each([
    ['same-origin', false],
    ['none', false],
    ['same-site', true],
    ['cross-site', true],
    ['', true],
  ])('with Sec-Fetch-Site %j is foreign: %s', (site, foreign) =>
    expect(isForeign({ host: 'localhost', 'sec-fetch-site': site })).toBe(foreign),
  );
});
