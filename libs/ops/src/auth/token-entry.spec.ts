import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hashOf, parseTokenEntries, parseTokenSetting, toJson, type TokenEntry } from './token-entry.js';

const entry = (more: Partial<TokenEntry> = {}): TokenEntry => ({
  name: 'anna',
  role: 'operator',
  hash: hashOf('a token of ours'),
  ...more,
});
const textOf = (...entries: TokenEntry[]) => JSON.stringify(entries.map(toJson));

describe('parseTokenEntries', () => {
  it('reads what toJson writes', () => {
    const entries = [entry(), entry({ name: 'ci@example', role: 'viewer', expires: 1_900_000_000_000 })];
    expect(parseTokenEntries(textOf(...entries))).toEqual(entries);
  });

  it.each([
    ['no JSON', '{'],
    ['no array', '{}'],
    ['a token itself', '[{"name":"anna","role":"admin","token":"0123456789abcdef"}]'],
    ['a hash of another kind', `[{"name":"anna","role":"admin","hash":"md5:${'0'.repeat(64)}"}]`],
    ['an unknown role', JSON.stringify([{ ...toJson(entry()), role: 'root' }])],
    ['an end that is no time', JSON.stringify([{ ...toJson(entry()), expires: 'soon' }])],
    ['a further key', JSON.stringify([{ ...toJson(entry()), expiry: '2030-01-01' }])],
    ['a name twice', textOf(entry(), entry())],
    ['a name with a line break', textOf(entry({ name: 'an\nna' }))],
  ])('refuses %s and quotes nothing', (_, text) => {
    const read = parseTokenEntries(text);
    expect(read).toHaveProperty('problem');
    expect(JSON.stringify(read)).not.toMatch(/anna|0123456789abcdef/);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parseTokenEntries(text)));
  });
});

describe('parseTokenSetting', () => {
  it('takes JSON for entries', () => {
    expect(parseTokenSetting(` ${textOf(entry())} `)).toEqual([entry()]);
    expect([parseTokenSetting('[]'), parseTokenSetting(' ')]).toEqual([[], []]);
  });

  it.each([
    '0123456789abcdef',
    '0123456789abcdef, another-token-of-ours',
    ',',
    '[{"name":"anna"}]',
    'a token with spaces',
  ])('refuses %j', (text) => expect(parseTokenSetting(text)).toBeUndefined());
});
