import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { murmur2, partitionOfKey } from './partitioner.js';
import { stock } from './testing/stock.js';

const stockMurmur2 = stock<(key: Buffer) => number>('kafkajs/src/producer/partitioners/default/murmur2.js');

describe('murmur2', () => {
  // org.apache.kafka.common.utils.UtilsTest.testMurmur2
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('of %j is what Java computes', (text, hash) => expect(murmur2(Buffer.from(text))).toBe(hash));

  it('of the bytes a, b, c is what Java computes', () => {
    expect(murmur2(Buffer.from('abc'))).toBe(479470107);
  });

  it('is what kafkajs computes, for bytes of every length and value', () => {
    const key = fc.uint8Array({ maxLength: 19 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(key, (bytes) => murmur2(bytes) === stockMurmur2(bytes)),
      { numRuns: 10_000 },
    );
  });

  it('reads a key that is part of a larger buffer', () => {
    expect(murmur2(Buffer.from('xxfoobarxx').subarray(2, 8))).toBe(-790332482);
  });
});

describe('the partition of a key', () => {
  it('is its hash without the sign, modulo the number of partitions', () => {
    expect(partitionOfKey(Buffer.from('21'), 1000)).toBe((-973932308 & 0x7fffffff) % 1000);
    expect(partitionOfKey(Buffer.from('foobar'), 1)).toBe(0);
  });

  it('is one of the partitions', () => {
    const key = fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(key, fc.integer({ min: 1, max: 200 }), (bytes, count) => {
        const partition = partitionOfKey(bytes, count);
        return Number.isInteger(partition) && partition >= 0 && partition < count;
      }),
      { numRuns: 3_000 },
    );
  });
});
