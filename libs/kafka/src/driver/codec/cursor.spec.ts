import { describe, expect, it } from '@jest/globals';
import { Cursor } from './cursor.js';

/** A zigzag varint of one byte, then what follows. */
const sized = (length: number, ...rest: number[]): Cursor =>
  new Cursor(Buffer.from([length * 2, ...rest]), 0);

describe('bytes', () => {
  it('may end where the buffer does', () => {
    const cursor = sized(2, 7, 8);
    expect(cursor.bytes()).toEqual(Buffer.from([7, 8]));
    expect(cursor.at).toBe(3);
  });

  it.each([3, 63])('of length %i that pass the end throw a RangeError', (length) => {
    expect(() => sized(length, 7, 8).bytes()).toThrow(RangeError);
    expect(() => sized(length, 7, 8).text()).toThrow(RangeError);
  });
});
