import { describe, expect, it } from '@jest/globals';
import { describeFilter, filterBody, filterQuery, isoOf, localOf, readFilter } from './filter.js';

describe('a filter', () => {
  it('is read from the address, without what is empty or unknown', () => {
    const query = new URLSearchParams('rule=ip_not_public&reason=&partition=0&key=secret');
    expect(readFilter(query)).toEqual({ rule: 'ip_not_public', partition: '0' });
  });

  it('has one path, whatever the order it was given in', () => {
    expect(filterQuery({ rule: 'b', reason: 'a' })).toBe('?reason=a&rule=b');
    expect(filterQuery({ reason: 'a', rule: 'b' }, { limit: '5' })).toBe('?reason=a&rule=b&limit=5');
    expect(filterQuery({})).toBe('');
  });

  it('is typed in the body of a command', () => {
    expect(filterBody({ reason: 'a', partition: '3', offset: '17', replayed: 'false' })).toEqual({
      reason: 'a',
      partition: 3,
      offset: 17,
      replayed: false,
    });
    expect(filterBody({})).toEqual({});
  });

  it('can be said in words', () => {
    expect(describeFilter({ reason: 'a', rule: undefined, partition: 0 })).toBe('reason a, partition 0');
    const iso = '2026-03-04T05:06:07.000Z';
    expect(describeFilter({ from: Date.parse(iso) })).toBe(describeFilter({ from: iso }));
    expect(describeFilter({})).toBe('all');
    expect(describeFilter(null)).toBe('all');
  });

  it('is said as it is where its time is none', () => {
    expect(describeFilter({ from: 'abc', to: 8.64e15 + 1 })).toBe('from abc, to 8640000000000001');
  });

  it('keeps times through the form', () => {
    const iso = '2026-03-04T05:06:07.000Z';
    expect(isoOf(localOf(iso))).toBe(iso);
    expect(isoOf('')).toBe('');
    expect(localOf(undefined)).toBe('');
  });
});
