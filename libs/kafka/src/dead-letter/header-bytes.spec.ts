import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { int64 } from './header-bytes.js';

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
});
