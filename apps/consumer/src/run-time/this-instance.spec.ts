import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeInstance, encodeInstance, THIS_INSTANCE } from './this-instance.js';

describe('what an instance tells the others', () => {
  it('is read as it was written', () => {
    expect(decodeInstance(encodeInstance(THIS_INSTANCE))).toEqual(THIS_INSTANCE);
  });

  it('may be anything, and is only taken up where it can be shown', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
        ),
        (bytes) => {
          decodeInstance(Buffer.from(bytes));
        },
      ),
    );
    const told = { host: 'a\nb', version: 1, id: 'x', more: 'y' };
    expect(decodeInstance(Buffer.from(JSON.stringify(told)))).toEqual({ id: 'x' });
    expect(decodeInstance(Buffer.alloc(2_000, 'x'))).toEqual({});
  });
});
