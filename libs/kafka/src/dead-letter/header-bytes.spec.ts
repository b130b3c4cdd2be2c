import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { int64, isoText, sharedText } from './header-bytes.js';

describe('the bytes of a header', () => {
  it('are those of every integer of 64 bits, big-endian', () => {
    const edges = fc.constantFrom(
      0n,
      -1n,
      2n ** 32n - 1n,
      2n ** 32n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 63n - 1n,
    );
    fc.assert(
      fc.property(fc.oneof(edges, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.maxSafeInteger()), (number) => {
        expect(int64(String(number)).readBigInt64BE()).toBe(BigInt(number));
      }),
    );
  });

  it('are those of each text and time, however often they are asked for', () => {
    const time = Date.parse('2024-05-06T07:08:09.123Z');
    for (const value of ['a', 'é', 'a', 'x'.repeat(300)]) expect(sharedText(value).toString()).toBe(value);
    const times = [isoText(time), isoText(time)].map(String);
    expect(times).toEqual(['2024-05-06T07:08:09.123Z', '2024-05-06T07:08:09.123Z']);
  });
});
