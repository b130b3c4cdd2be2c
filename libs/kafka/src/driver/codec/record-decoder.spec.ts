import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KafkaHeader } from '../../record.js';
import { anyField, anyHeaders, header } from '../../testing/records.js';
import { installed, stock } from '../testing/stock.js';
import { Cursor } from './cursor.js';
import { decodeRecord } from './record-decoder.js';
import { encodeRecord } from './record-encoder.js';

interface StockDecoder {
  readonly buffer: Buffer;
  readonly offset: number;
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
  producerId: '-1',
  inTransaction: false,
  isControlBatch: false,
  timestampType: 0,
};

const decode = (fields: Parameters<typeof encodeRecord>[0], changes: Partial<Batch> = {}) =>
  decodeRecord(new Cursor(encodeRecord(fields).buffer, 0), { ...batch, ...changes });

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
          decoded.timestamp === String(1_694_479_551_000 + timestampDelta) &&
          decoded.timestampMs === Number(decoded.timestamp)
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
        const bytes = Buffer.concat(parts);
        const record = Buffer.concat([Buffer.of(bytes.length * 2), bytes]);
        const fields = { ...batch, firstTimestamp: String(first), firstOffset: String(offset) };
        const decoded = decodeRecord(new Cursor(record, 0), fields);
        return (
          decoded.timestamp === String(BigInt.asIntN(64, first + delta)) &&
          decoded.offset === decodeStock(new Decoder(bytes), fields).offset
        );
      }),
      { numRuns: 500 },
    );
  });

  it('has the time of its appending where the topic says so', () => {
    expect(decode({ timestampDelta: 5 }, { timestampType: 1 }).timestamp).toBe('1694479552000');
  });

  it('tells what else kafkajs reads: its batch, and whether it is a control record', () => {
    const record = decode({}, { isControlBatch: true });
    expect(record.isControlRecord).toBe(true);
    expect(record.batchContext).toMatchObject({ producerId: '-1', inTransaction: false });
  });

  it('leaves the cursor behind it, also when it holds more than is known of', () => {
    const [first, second] = [encodeRecord({ value: 'a' }), encodeRecord({ value: 'b' })].map(
      ({ buffer }) => buffer,
    );
    // Its length, in zigzag, grows by two bytes, which follow it.
    const longer = Buffer.concat([
      Buffer.of((first?.[0] ?? 0) + 4),
      first?.subarray(1) ?? first,
      Buffer.of(7, 7),
    ] as Buffer[]);
    const cursor = new Cursor(Buffer.concat([longer, second as Buffer]), 0);
    const values = [decodeRecord(cursor, batch), decodeRecord(cursor, batch)].map(({ value }) =>
      String(value),
    );
    expect(values).toEqual(['a', 'b']);
  });

  it('takes linear time over many headers', () => {
    const headers = Array.from({ length: 20_000 }, (_, index): KafkaHeader => [`h${index}`, null]);
    expect(decode({ headers }).headers).toHaveLength(20_000);
  });

  it('is refused when its bytes end early', () => {
    const { buffer } = encodeRecord({ headers: [header('a')] });
    for (let length = 0; length < buffer.length; length++) {
      expect(() => decodeRecord(new Cursor(buffer.subarray(0, length), 0), batch)).toThrow(
        /out of range|outside|end before/,
      );
    }
  });
});
