import { describe, expect, it } from '@jest/globals';
import { outgoingRecord } from '../testing/records.js';
import { isSmall, Pacing } from './light-load.js';

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

describe('the next fetch', () => {
  function setUp() {
    const clock = { ms: 1_000 };
    return { clock, pacing: new Pacing(() => clock.ms) };
  }

  it('comes at once when nothing was written', () => expect(setUp().pacing.waitMs()).toBeLessThanOrEqual(0));

  it.each([
    [1, 2],
    [4, 8],
    [48, 96],
    [96, 100],
    [1_000, 100],
  ])('after a small transaction of %i partitions comes %i ms after its beginning', (partitions, ms) => {
    const { clock, pacing } = setUp();
    pacing.began(partitions, records(10, 200));
    expect(pacing.waitMs()).toBe(ms);
    clock.ms += ms;
    expect(pacing.waitMs()).toBe(0);
  });

  it('comes at once after a large one, also when small ones begin beside it', () => {
    const { clock, pacing } = setUp();
    pacing.began(1, records(1_000, 200));
    pacing.began(47, records(10, 200));
    expect(pacing.waitMs()).toBe(0);
    clock.ms += 100;
    pacing.began(47, records(10, 200));
    expect(pacing.waitMs()).toBe(94);
  });
});
