import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { anyField } from '../../testing/records.js';
import '../kafkajs.js';
import { installed, stock } from '../testing/stock.js';
import { encodeRecord } from './record-encoder.js';

interface Decoded {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}
type Decode = (decoder: object) => Promise<Decoded[]>;

const PATH = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
const Decoder = installed<new (buffer: Buffer) => { offset: number }>('kafkajs/src/protocol/decoder.js');
const { RecordBatch } = installed<{ RecordBatch: (batch: object) => Promise<{ buffer: Buffer }> }>(
  'kafkajs/src/protocol/recordBatch/v0/index.js',
);
const decode = installed<Decode>(PATH);
const decodeStock = stock<Decode>(PATH);

/** As in a response: the size first, and something after it. */
function response(batches: Buffer): object {
  const size = Buffer.alloc(4);
  size.writeInt32BE(batches.length);
  return new Decoder(Buffer.concat([size, batches, Buffer.alloc(7)]));
}

const plain = ({ offset, timestamp, key, value, isControlRecord, batchContext }: Decoded) => {
  const { producerId, inTransaction } = batchContext;
  return { offset, timestamp, key, value, isControlRecord, producerId, inTransaction };
};

const anyBatch = fc.record({
  firstOffset: fc.bigInt(0n, 2n ** 62n).map(String),
  firstTimestamp: fc.bigInt(0n, 2n ** 50n).map(String),
  maxTimestamp: fc.bigInt(0n, 2n ** 50n).map(String),
  transactional: fc.boolean(),
  producerId: fc.bigInt(-1n, 2n ** 62n).map(String),
  compression: fc.constantFrom(0, 1),
  records: fc
    .array(fc.record({ key: anyField, value: anyField }), { minLength: 1, maxLength: 5 })
    .map((records) => records.map((fields, offsetDelta) => encodeRecord({ ...fields, offsetDelta }))),
});

describe('the records that a fetch brought', () => {
  it('are what kafkajs decodes, of many batches, compressed or not, the last one cut off', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyBatch, { maxLength: 4 }), fc.nat(300), async (batches, cut) => {
        const encoded = await Promise.all(batches.map(async (batch) => (await RecordBatch(batch)).buffer));
        const bytes = Buffer.concat(encoded);
        const fetched = bytes.subarray(0, Math.max(0, bytes.length - cut));
        const ours = await decode(response(fetched));
        // A batch that is cut off within its header makes kafkajs throw.
        const theirs = await decodeStock(response(fetched)).catch(() => undefined);
        fc.pre(theirs !== undefined);
        expect(ours.map(plain)).toEqual(theirs.map(plain));
      }),
      { numRuns: 300 },
    );
  });

  it('may be more than fit into the arguments of a call', async () => {
    const records = Array.from({ length: 200_000 }, (_, offsetDelta) =>
      encodeRecord({ value: null, offsetDelta }),
    );
    const { buffer } = await RecordBatch({ firstOffset: '0', records });
    expect(await decode(response(buffer))).toHaveLength(200_000);
  });

  it('leave the reading position behind them', async () => {
    const { buffer } = await RecordBatch({ firstOffset: '0', records: [encodeRecord({ value: 'x' })] });
    const decoder = response(buffer) as { offset: number };
    await decode(decoder);
    expect(decoder.offset).toBe(4 + buffer.length);
  });

  it('are left to kafkajs when they are older than record batches', async () => {
    const old = Buffer.from(
      '0000000000000000' + '0000000e' + '00000000' + '00' + '00' + 'ffffffff' + '00000000',
      'hex',
    );
    const [ours, theirs] = [await decode(response(old)), await decodeStock(response(old))];
    expect(ours).toEqual(theirs);
    expect(ours).toHaveLength(1);
  });
});
