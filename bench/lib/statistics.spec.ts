import { describe, expect, it } from '@jest/globals';
import { median, trend } from './statistics.mjs';

describe('the median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
  ])('of %j is %d', (values, middle) => expect(median(values)).toBe(middle));

  it('of what was not measured is no number', () => expect(median([NaN])).toBeNaN());
});

describe('the trend', () => {
  it('of a straight line is its rise, without noise', () => {
    const { rise, noise } = trend([10, 12, 14, 16]);
    expect(rise).toBeCloseTo(6);
    expect(noise).toBeCloseTo(0);
  });

  it('of points at any distances is that of their line', () => {
    const { rise, noise } = trend([10, 11, 20], [0, 1, 10]);
    expect(rise).toBeCloseTo(10);
    expect(noise).toBeCloseTo(0);
  });

  it('of a level that swings is flat within the noise', () => {
    const { rise, noise } = trend(Array.from({ length: 100 }, (_, index) => 300 + (index % 2 ? 5 : -5)));
    expect(Math.abs(rise)).toBeLessThan(noise);
    expect(noise).toBeCloseTo(5, 1);
  });
});
