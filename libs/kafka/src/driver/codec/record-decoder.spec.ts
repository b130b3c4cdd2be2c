import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KafkaHeader } from '../../record.js';
import { anyField, anyHeaders, header } from '../../testing/records.js';
import { installed, stock } from '../testing/stock.js';
import { decodeRecord } from './record-decoder.js';
import { encodeRecord } from './record-encoder.js';

interface StockDecoder {
  readonly buffer: Buffer;
  readonly offset: number;
  readVarIntBytes(): Buffer;
}

type Batch = Parameters<typeof decodeRecord>[1];

const Decoder = installed<new (buffer: Buffer) => StockDecoder>('kafkajs/src/protocol/decoder.js');
const decodeStock = stock<(bytes: StockDecoder, batch: Batch) => { timestamp: string; offset: string }>(
  'kafkajs/src/protocol/recordBatch/record/v0/decoder.js',
);
const Encoder = installed<new () => { writeVarLong(value: bigint): { buffer: Buffer } }>(
  'kafkajs/src/protocol/encoder.js',
);

const batch: Batch = {
  firstOffset: '0',
  firstTimestamp: '1694479551000',
  maxTimestamp: '1694479552000',
  magicByte: 2,
  isControlBatch: false,
  timestampType: 0,
};

/** What kafkajs hands over: the bytes after the length. */
const bytesOf = (encoded: { buffer: Buffer }): StockDecoder =>
  new Decoder(new Decoder(encoded.buffer).readVarIntBytes());

const decode = (fields: Parameters<typeof encodeRecord>[0], changes: Partial<Batch> = {}) =>
  decodeRecord(bytesOf(encodeRecord(fields)), { ...batch, ...changes });

const sameBytes = (a: Buffer | null | undefined, b: Buffer | null): boolean =>
  a && b ? a.equals(b) : a === b;

const sameHeaders = (a: readonly KafkaHeader[], b: readonly KafkaHeader[]): boolean =>
  a.length === b.length &&
  a.every(([name, value], index) => name === b[index]?.[0] && sameBytes(b[index][1], value));

describe('a decoded record', () => {
  it('is what was encoded: bytes, and headers in order, repeated and null ones too', () => {
    const record = fc.record({ key: anyField, value: anyField, headers: anyHeaders });
    fc.assert(
      fc.property(record, fc.nat(2 ** 31 - 1), fc.integer(), (fields, offsetDelta, timestampDelta) => {
        const decoded = decode({ ...fields, offsetDelta, timestampDelta });
        return (
          sameBytes(decoded.key, fields.key) &&
          sameBytes(decoded.value, fields.value) &&
          sameHeaders(decoded.headers, fields.headers) &&
          decoded.offset === String(offsetDelta) &&
          decoded.timestamp === String(1_694_479_551_000 + timestampDelta)
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps names that an object has a meaning for, as data', () => {
    const headers = ['__proto__', 'constructor', '10', '9', '__proto__'].map((name) => header(name));
    expect(decode({ headers }).headers).toEqual(headers);
  });

  it('has its offset and timestamp exact over 64 bits, as kafkajs has', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    const near = fc.constantFrom(2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 52n + 1n, -(2n ** 52n) - 1n, 0n);
    const any = fc.oneof(int64, near, fc.bigInt({ min: -70_000n, max: 70_000n }));
    fc.assert(
      fc.property(any, any, fc.bigInt(0n, 2n ** 62n), (first, delta, offset) => {
        const parts = [Buffer.of(0), new Encoder().writeVarLong(delta).buffer, Buffer.of(2, 1, 1, 0)];
        const bytes = new Decoder(Buffer.concat(parts));
        const fields = { ...batch, firstTimestamp: String(first), firstOffset: String(offset) };
        const decoded = decodeRecord(bytes, fields);
        return (
          decoded.timestamp === String(BigInt.asIntN(64, first + delta)) &&
          decoded.offset === decodeStock(bytes, fields).offset
        );
      }),
      { numRuns: 500 },
    );
  });

  it('has the time of its appending where the topic says so', () => {
    const ofAppending = { timestampType: 1 };
    expect(decode({ timestampDelta: 5 }, ofAppending).timestamp).toBe('1694479552000');
    expect(decode({ timestampDelta: 5 }, { ...ofAppending, maxTimestamp: '' }).timestamp).toBe(
      '1694479551005',
    );
  });

  it('tells what else kafkajs reads: its batch, and whether it is a control record', () => {
    expect(decode({}, { isControlBatch: true })).toMatchObject({
      magicByte: 2,
      attributes: 0,
      isControlRecord: true,
      batchContext: { firstOffset: '0', isControlBatch: true },
    });
  });

  it('is read from where the reading position stands', () => {
    const { buffer } = bytesOf(encodeRecord({ key: 'k', value: 'v' }));
    const decoded = decodeRecord(
      { buffer: Buffer.concat([Buffer.alloc(3, 0xff), buffer]), offset: 3 },
      batch,
    );
    expect([decoded.key, decoded.value].map(String)).toEqual(['k', 'v']);
  });

  it('takes linear time over many headers', () => {
    const headers = Array.from({ length: 20_000 }, (_, index): KafkaHeader => [`h${index}`, null]);
    expect(decode({ headers }).headers).toHaveLength(20_000);
  });

  it('is refused when its bytes end early', () => {
    const { buffer } = bytesOf(encodeRecord({ headers: [header('a')] }));
    expect(() => decodeRecord({ buffer: buffer.subarray(0, 6), offset: 0 }, batch)).toThrow('out of range');
  });
});
