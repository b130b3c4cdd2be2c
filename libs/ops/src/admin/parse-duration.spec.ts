import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseDuration } from './parse-duration.js';

describe('parseDuration', () => {
  it.each([
    ['15m', 900_000],
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['30d', 2_592_000_000],
    ['1d2h3m4s', 93_784_000],
    ['PT15M', 900_000],
    ['P1DT12H', 129_600_000],
    ['PT1H0M5S', 3_605_000],
    ['60', 60_000],
    [60, 60_000],
  ])('reads %j', (given, ms) => expect(parseDuration(given)).toBe(ms));

  it.each([
    '',
    '0',
    '0s',
    'PT0S',
    'P',
    'PT',
    'P1',
    'm',
    '-5m',
    '5 m',
    '15M',
    '1.5h',
    '30m1h',
    '31d',
    '2592001',
    '5min',
    0,
    -60,
    1.5,
    2_592_001,
    NaN,
    true,
    ['60'],
    null,
  ])('refuses %j', (given) => expect(parseDuration(given)).toBeUndefined());

  it('reads the same duration in every form', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 29 * 86_400 }), (seconds) => {
        const [d, h, m, s] = [
          seconds / 86_400,
          (seconds / 3_600) % 24,
          (seconds / 60) % 60,
          seconds % 60,
        ].map(Math.floor);
        const forms = [`${seconds}`, `${d}d${h}h${m}m${s}s`, `P${d}DT${h}H${m}M${s}S`];
        expect(forms.map(parseDuration)).toEqual([seconds, seconds, seconds].map((value) => value * 1_000));
      }),
    );
  });

  it('answers any text with a usable duration or nothing', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^P?[\dTdhmsDHMS]{0,12}$/)), (text) => {
        const ms = parseDuration(text);
        expect(ms === undefined || (ms > 0 && ms <= 2_592_000_000)).toBe(true);
      }),
    );
  });
});
