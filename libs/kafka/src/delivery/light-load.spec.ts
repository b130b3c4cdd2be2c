import { describe, expect, it } from '@jest/globals';
import { outgoingRecord } from '../testing/records.js';
import { isSmall, paceOf } from './light-load.js';

const records = (count: number, bytes: number) =>
  Array.from({ length: count }, () => ({ ...outgoingRecord(), value: Buffer.alloc(bytes) }));

describe('a batch', () => {
  it.each([
    ['nothing', records(0, 0), true],
    ['a hundred events', records(100, 200), true],
    ['a thousand events', records(1_000, 200), false],
    ['one large event', records(1, 100_000), false],
  ])('of %s is small: %s', (_, some, small) => expect(isSmall(some)).toBe(small));
});

describe('after a transaction the next fetch', () => {
  it.each([
    [1, 2],
    [4, 8],
    [48, 96],
    [96, 100],
    [1_000, 100],
  ])('of %i partitions comes %i ms after its beginning', (partitions, ms) =>
    expect(paceOf(partitions, records(10, 200))).toBe(ms),
  );

  it('comes at once when there was much to write', () => expect(paceOf(48, records(1_000, 200))).toBe(0));
});
