import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  formatCount,
  formatDistance,
  formatDuration,
  formatPartitions,
  formatRate,
  formatTime,
  parsePartitions,
} from './format.js';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [12_345, '12,345'],
    [1_234_567, '1.2M'],
  ])('%d is written as %s', (count, text) => expect(formatCount(count)).toBe(text));

  it.each([
    [0.44, '0.4'],
    [12.5, '12.5'],
    [4_321.7, '4,322'],
  ])('a rate of %d is written as %s', (rate, text) => expect(formatRate(rate)).toBe(text));
});

describe('times', () => {
  it.each([
    [0, '0s'],
    [0.4, '0s'],
    [59, '59s'],
    [200, '3m 20s'],
    [3_600, '1h'],
    [3_601, '1h'],
    [187_200, '2d 4h'],
    [-5, '0s'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

  it('are told from now, forwards and backwards', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(formatDistance('2026-01-01T00:15:00Z', now)).toBe('in 15m');
    expect(formatDistance('2025-12-31T23:59:30Z', now)).toBe('30s ago');
  });

  it('are to the second, and nothing where there is none', () => {
    expect(formatTime('2026-01-02T03:04:05Z')).toMatch(/^2026-01-0[123] \d\d:\d\d:05$/);
    expect(formatTime(null)).toBe('–');
    expect(formatTime('never')).toBe('–');
  });
});

describe('partitions', () => {
  it.each([
    ['', []],
    ['0', [0]],
    ['5, 0-2,1', [0, 1, 2, 5]],
    [' 3 - 4 ,', [3, 4]],
  ])('%j is read', (text, partitions) => expect(parsePartitions(text)).toEqual(partitions));

  it.each(['a', '1-', '-1', '3-1', '1.5', '0-999999', '1 2', '9999999'])('%j is refused', (text) =>
    expect(parsePartitions(text)).toBeUndefined(),
  );

  it('are read as they are written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(2_000)), (partitions) => {
        const sorted = partitions.toSorted((a, b) => a - b);
        expect(parsePartitions(formatPartitions(partitions))).toEqual(sorted);
      }),
    );
  });
});
