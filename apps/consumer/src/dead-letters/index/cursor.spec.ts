import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCursor, writeCursor } from './cursor.js';

it('a cursor is read as it was written', () => {
  const cursor = fc.record({ at: fc.maxSafeNat(), partition: fc.nat(), offset: fc.maxSafeNat() });
  fc.assert(fc.property(cursor, (one) => expect(readCursor(writeCursor(one))).toEqual(one)));
});

it('any other text is none', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = readCursor(text);
      return read === undefined || Object.values(read).every((part: number) => part >= 0);
    }),
  );
});
