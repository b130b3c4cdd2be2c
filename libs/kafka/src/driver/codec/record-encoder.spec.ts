import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { KafkaHeader } from '../../record.js';
import { anyBytes, anyField, anyOutgoingHeaders } from '../../testing/records.js';
import { stock } from '../testing/stock.js';
import { batchSize, encodeRecord, recordSize } from './record-encoder.js';

type Field = Buffer | string | null;

interface StockFields {
  offsetDelta?: number;
  timestampDelta?: number;
  key?: Field;
  value?: Field;
  headers?: Record<string, Buffer | string | (Buffer | string)[]>;
}

const encodeStock = stock<(fields: StockFields) => { buffer: Buffer }>(
  'kafkajs/src/protocol/recordBatch/record/v0/index.js',
);

const MAX_INT32 = 2 ** 31 - 1;

const field = fc.oneof(fc.constantFrom(null, ''), fc.string(), anyBytes);
/** An object puts whole numbers first and knows a name but once. */
const objectName = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '.'), maxLength: 5 });
const timestampDelta = fc.oneof(
  fc.constantFrom(0, -1, 63, 64, -64, -65, 2 ** 31, -(2 ** 31) - 1, 2 ** 52 - 1, -(2 ** 52)),
  fc.integer(),
  fc.maxSafeInteger().map((n) => Math.trunc(n / 2)),
);
const offsetDelta = fc.oneof(fc.constantFrom(0, 63, 64, 8191, 8192, MAX_INT32), fc.nat(MAX_INT32));

describe('a record', () => {
  it('is byte for byte what kafkajs writes, wherever kafkajs can write it', () => {
    const record = fc.record({
      offsetDelta,
      timestampDelta,
      key: field,
      value: field,
      headers: fc.dictionary(objectName, anyBytes, { noNullPrototype: true, maxKeys: 3 }),
    });
    fc.assert(
      fc.property(record, ({ headers, ...fields }) => {
        const ours = encodeRecord({ ...fields, headers: Object.entries(headers) });
        return ours.buffer.equals(encodeStock({ ...fields, headers }).buffer);
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, StockFields & { list?: KafkaHeader[] }]>([
    ['nothing set', {}],
    ['a null key and value', { key: null, value: null }],
    ['an empty key and value', { key: '', value: Buffer.alloc(0) }],
    ['texts', { key: 'clé', value: '😀' }],
    ['a large value', { value: Buffer.alloc(300_000, 'x') }],
    [
      'a text for a header',
      { headers: { trace: 'é', empty: '' }, list: [text('trace', 'é'), text('empty', '')] },
    ],
    [
      'a repeated header',
      {
        headers: { a: ['1', Buffer.from('2')], b: '3' },
        list: [text('a', '1'), text('a', '2'), text('b', '3')],
      },
    ],
  ])('with %s is what kafkajs writes', (_, { list, headers, ...fields }) => {
    const ours = encodeRecord(list ? { ...fields, headers: list } : fields);
    const theirs = encodeStock(headers ? { ...fields, headers } : fields);
    expect(ours.buffer.equals(theirs.buffer)).toBe(true);
  });

  it('takes the form in which kafkajs joins records', () => {
    const { buf, buffer } = encodeRecord({ value: 'x' });
    expect(buf).toBe(buffer);
  });

  it('writes a null header value, which kafkajs cannot, as length -1', () => {
    expect(() => encodeStock({ headers: { a: null as unknown as string } })).toThrow(
      'must be of type string',
    );
    const { buffer } = encodeRecord({ headers: [['a', null]] });
    // length, attributes, deltas, null key, null value, one header, its name, its value
    expect([...buffer]).toEqual([9 * 2, 0, 0, 0, 1, 1, 1 * 2, 1 * 2, 0x61, 1]);
  });

  it('takes linear time over many headers', () => {
    const headers = Array.from({ length: 20_000 }, (_, index): KafkaHeader => [`h${index}`, null]);
    expect(encodeRecord({ headers }).buffer.length).toBeGreaterThan(130_000);
  });
});

describe('the size of a record', () => {
  it('is never less than its bytes, however late and however far into the batch it is', () => {
    const record = fc.record({ key: anyField, value: anyField, headers: anyOutgoingHeaders });
    fc.assert(
      fc.property(record, timestampDelta, offsetDelta, (fields, time, offset) => {
        const { length } = encodeRecord({ ...fields, timestampDelta: time, offsetDelta: offset }).buffer;
        const size = recordSize(fields);
        return length <= size && size <= length + 20;
      }),
      { numRuns: 1_000 },
    );
  });

  it('adds up to a batch with the 61 bytes before its first record', () => {
    expect(batchSize(0)).toBe(61);
    expect(batchSize(100)).toBe(161);
  });
});

function text(name: string, value: string): KafkaHeader {
  return [name, Buffer.from(value)];
}
