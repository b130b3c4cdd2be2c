import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyHeaders } from '../../testing/records.js';
import { eachHeader, headerBlock, sizeOfHeaders, writeHeaders } from './header-block.js';

const anyList = fc.array(fc.oneof(anyHeaders, anyHeaders.map(headerBlock)), { maxLength: 5 });

describe('headers in blocks', () => {
  it('are written as the same headers one by one, with their count', () => {
    fc.assert(
      fc.property(anyList, fc.nat(3), (parts, start) => {
        const list = parts.flat();
        const single = parts.flatMap((part) => (Array.isArray(part) ? part : part.headers));
        expect(eachHeader(list)).toEqual(single);
        const size = sizeOfHeaders(single);
        expect(sizeOfHeaders(list)).toBe(size);
        const [expected, found] = [Buffer.alloc(start + size), Buffer.alloc(start + size)];
        expect(writeHeaders(expected, single, start)).toBe(start + size);
        expect(writeHeaders(found, list, start)).toBe(start + size);
        expect(found.equals(expected)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
