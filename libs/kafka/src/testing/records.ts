import fc from 'fast-check';
import { headerBlock } from '../driver/codec/header-block.js';
import type { InputRecord, KafkaHeader, OutgoingHeaders, OutgoingRecord } from '../record.js';

/** An ordinary input record, but for what is given. */
export const inputRecord = ({
  timestamp = '1694479551000',
  ...fields
}: Omit<Partial<InputRecord>, 'timestampMs'> = {}): InputRecord => ({
  key: Buffer.from('user-1'),
  value: Buffer.from('{}'),
  headers: [],
  timestamp,
  timestampMs: Number(timestamp),
  offset: '7',
  ...fields,
});

/** An ordinary record to write, but for what is given. */
export const outgoingRecord = (fields: Partial<OutgoingRecord> = {}): OutgoingRecord => ({
  topic: 'out',
  key: null,
  value: Buffer.from('value'),
  headers: [],
  partitionBy: 'source',
  sourcePartition: 0,
  ...fields,
});

export const header = (name: string, value: string | null = 'x'): KafkaHeader => [
  name,
  value === null ? null : Buffer.from(value),
];

/** Short ones, and lengths around those whose varint takes a second byte. */
export const anyBytes: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.integer({ min: 60, max: 130 }).map((length) => Buffer.alloc(length, 'x')) },
);

export const anyField: fc.Arbitrary<Buffer | null> = fc.option(anyBytes);

/** Names that an object would lose, reorder or merge among them. */
const anyName: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', '', '1', '0', 'a', 'dlq.reason', 'retry.attempt'),
  fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\0'), maxLength: 4 }),
  fc.integer({ min: 60, max: 70 }).map((length) => 'n'.repeat(length)),
);

/** Any number of them, in any order, with repetitions and null values. */
export const anyHeaders: fc.Arbitrary<KafkaHeader[]> = fc.array(fc.tuple(anyName, anyField), {
  maxLength: 4,
});

/** As `anyHeaders`, some of them in blocks. */
export const anyOutgoingHeaders: fc.Arbitrary<OutgoingHeaders> = fc
  .array(fc.oneof(anyHeaders, anyHeaders.map(headerBlock)), { maxLength: 4 })
  .map((parts) => parts.flat());
