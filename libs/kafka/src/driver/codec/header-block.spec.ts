import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHeaders, anyOutgoingHeaders } from '../../testing/records.js';
import { flatHeaders, headerBlock, sizeOfHeaders, writeHeaders } from './header-block.js';

describe('headers in blocks', () => {
  it('are written as the same headers one by one, after their count', () => {
    fc.assert(
      fc.property(anyOutgoingHeaders, fc.nat(3), (headers, start) => {
        const single = flatHeaders(headers);
        const size = sizeOfHeaders(single);
        expect(sizeOfHeaders(headers)).toBe(size);
        const [expected, found] = [Buffer.alloc(start + size), Buffer.alloc(start + size)];
        expect(writeHeaders(expected, single, start)).toBe(start + size);
        expect(writeHeaders(found, headers, start)).toBe(start + size);
        expect(found.equals(expected)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('can be taken out of them again, in their order', () => {
    fc.assert(
      fc.property(anyHeaders, anyHeaders, anyHeaders, (before, inside, behind) => {
        const headers = [...before, headerBlock(inside), ...behind];
        expect(flatHeaders(headers)).toEqual([...before, ...inside, ...behind]);
      }),
    );
  });
});
