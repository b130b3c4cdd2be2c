import { describe, expect, it } from '@jest/globals';
import '../kafkajs.js';
import { installed } from '../testing/stock.js';
import { installBatchEnd, lastOffsetAt } from './batch-end.js';

/** A record batch without a record that covers the offsets `from` to `to`. */
function emptyBatch(from: number, to: number, magic = 2): Buffer {
  const batch = Buffer.alloc(61);
  batch.writeBigInt64BE(BigInt(from), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt8(magic, 16);
  batch.writeInt32BE(to - from, 23);
  return batch;
}

/** What a fetch brings of one partition: a size and batches. */
function fetched(...batches: Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), ...batches]);
  bytes.writeInt32BE(bytes.length - 4, 0);
  return bytes;
}

describe('the end of what was fetched', () => {
  const endOf = (buffer: Buffer) => lastOffsetAt({ buffer, offset: 0 });

  it('is the last offset that the last batch covers', () => {
    expect(endOf(fetched(emptyBatch(5, 5)))).toBe(5n);
    expect(endOf(fetched(emptyBatch(5, 7), emptyBatch(8, 2 ** 31 + 6)))).toBe(2n ** 31n + 6n);
  });

  it('is the one before a batch that was cut off', () => {
    const cut = fetched(emptyBatch(5, 7), emptyBatch(8, 9).subarray(0, 60));
    expect(endOf(cut)).toBe(7n);
    const longer = emptyBatch(8, 9);
    longer.writeInt32BE(1_000, 8);
    expect(endOf(fetched(emptyBatch(5, 7), longer))).toBe(7n);
  });

  it('is not known where nothing was fetched, and in older formats', () => {
    expect(endOf(fetched())).toBeUndefined();
    expect(endOf(Buffer.from([255, 255, 255, 255]))).toBeUndefined();
    expect(endOf(fetched(emptyBatch(5, 7, 1)))).toBeUndefined();
  });
});

describe("kafkajs' batch", () => {
  interface Batch {
    lastOffset(): string;
    isEmptyDueToFiltering(): boolean;
  }
  const Batch = installed<new (topic: string, fetchedOffset: string, data: object) => Batch>(
    'kafkajs/src/consumer/batch.js',
  );
  const Decoder = installed<new (buffer: Buffer) => unknown>('kafkajs/src/protocol/decoder.js');
  const decode = installed<(decoder: unknown) => Promise<unknown[]>>(
    'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js',
  );
  const batchOf = async (bytes: Buffer, fetchedOffset: string) => {
    const messages = await decode(new Decoder(bytes));
    return new Batch('in', fetchedOffset, { partition: 0, highWatermark: '100', messages });
  };

  it('without any record is passed', async () => {
    const batch = await batchOf(fetched(emptyBatch(5, 7)), '6');
    expect(batch.isEmptyDueToFiltering()).toBe(true);
    expect(batch.lastOffset()).toBe('7');
  });

  it('that was never fetched is not', async () => {
    const batch = await batchOf(fetched(), '6');
    expect(batch.isEmptyDueToFiltering()).toBe(false);
  });
});

it('another kafkajs is refused', () => {
  const require = (() => () => undefined) as unknown as Parameters<typeof installBatchEnd>[0];
  expect(() => installBatchEnd(require)).toThrow('is not the class it was');
});
