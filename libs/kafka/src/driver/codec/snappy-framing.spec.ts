import { describe, expect, it } from '@jest/globals';
import { snappyBlocks } from './snappy-framing.js';

const frame = (...blocks: Buffer[]) =>
  Buffer.concat([
    Buffer.from('\u0082SNAPPY\0\0\0\0\u0001\0\0\0\u0001', 'latin1'),
    ...blocks.flatMap((block) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(block.length);
      return [size, block];
    }),
  ]);

describe('the blocks of snappy', () => {
  it('are those of the framing that Java writes', () => {
    expect(snappyBlocks(frame(Buffer.from('one'), Buffer.from('two'))).map(String)).toEqual(['one', 'two']);
    expect(snappyBlocks(frame())).toEqual([]);
  });

  it('are one without framing', () => {
    expect(snappyBlocks(Buffer.from('raw')).map(String)).toEqual(['raw']);
  });

  it('are refused when they are cut off', () => {
    const framed = frame(Buffer.from('one'));
    expect(() => snappyBlocks(framed.subarray(0, -1))).toThrow(/cut off|out of range/);
    expect(() => snappyBlocks(framed.subarray(0, 18))).toThrow(/cut off|out of range/);
  });
});
