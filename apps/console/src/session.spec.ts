import { describe, expect, it } from '@jest/globals';
import { looksLikeToken, may } from './session.js';

describe('roles', () => {
  it.each([
    ['viewer', 'operator', false],
    ['operator', 'viewer', true],
    ['operator', 'operator', true],
    ['operator', 'admin', false],
    ['admin', 'viewer', true],
  ] as const)('%s may do what takes %s: %s', (role, needed, allowed) =>
    expect(may({ role }, needed)).toBe(allowed),
  );
});

describe('a token', () => {
  it.each([
    ['0123456789abcdef', true],
    ['with space', false],
    ['schlüssel', false],
    ['line\nbreak', false],
    ['', false],
  ])('%j looks like one: %s', (text, looks) => expect(looksLikeToken(text)).toBe(looks));
});
