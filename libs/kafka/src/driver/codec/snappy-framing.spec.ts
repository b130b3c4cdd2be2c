import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { snappyBlocks, snappyFrame } from './snappy-framing.js';

const frame = (...blocks: Buffer[]) =>
  Buffer.concat([
    Buffer.from('\u0082SNAPPY\0\0\0\0\u0001\0\0\0\u0001', 'latin1'),
    ...blocks.flatMap((block) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(block.length);
      return [size, block];
    }),
  ]);

describe('the framing of snappy', () => {
  it('is around blocks of 32 KiB, and is taken off again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(100_000), async (length) => {
        const bytes = Buffer.alloc(length, 'snappy');
        const framed = await snappyFrame(bytes, (block) => Promise.resolve(Buffer.from(block)));
        const blocks = snappyBlocks(framed);
        expect(Buffer.concat(blocks).equals(bytes)).toBe(true);
        expect(blocks.length).toBe(Math.ceil(length / 32_768));
      }),
      { numRuns: 50 },
    );
  });

  it('begins as that of Java does', async () => {
    const framed = await snappyFrame(Buffer.from('one'), (block) => Promise.resolve(block));
    expect(framed.equals(frame(Buffer.from('one')))).toBe(true);
  });
});

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
