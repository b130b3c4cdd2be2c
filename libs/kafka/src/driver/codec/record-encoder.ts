import type { InputRecord, KafkaHeader } from '../../record.js';
import { sizeOfVarint, writeVarint } from './varint.js';

/** What kafkajs hands to its record encoder; `headers` is our ordered list, passed through its producer. */
export interface RecordFields {
  offsetDelta?: number;
  /** Milliseconds since the first timestamp of the batch. */
  timestampDelta?: number;
  key?: Buffer | string | null;
  value?: Buffer | string | null;
  headers?: readonly KafkaHeader[];
}

/** The part of kafkajs' Encoder that its array writer reads. */
interface EncodedRecord {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

export const NO_HEADERS: readonly KafkaHeader[] = [];

/**
 * Encodes one record of a record batch (magic 2) into a buffer of its exact size.
 * Unlike the stock encoder it writes null header values and keeps the order of repeated headers.
 */
export function encodeRecord(fields: RecordFields): EncodedRecord {
  const { offsetDelta = 0, timestampDelta = 0, headers = NO_HEADERS } = fields;
  const key = toBytes(fields.key);
  const value = toBytes(fields.value);
  const body =
    1 + sizeOfVarint(timestampDelta) + sizeOfVarint(offsetDelta) + sizeOfContent(key, value, headers);
  const buffer = Buffer.allocUnsafe(sizeOfVarint(body) + body);
  let at = writeVarint(buffer, body, 0);
  buffer[at++] = 0;
  at = writeVarint(buffer, timestampDelta, at);
  at = writeVarint(buffer, offsetDelta, at);
  writeContent(buffer, key, value, headers, at);
  return { buf: buffer, buffer };
}

/** Writes what follows a record's deltas: key, value, headers. Returns where the next byte goes. */
export function writeContent(
  buffer: Buffer,
  key: Buffer | null,
  value: Buffer | null,
  headers: readonly KafkaHeader[],
  start: number,
): number {
  let at = writeBytes(buffer, key, start);
  at = writeBytes(buffer, value, at);
  at = writeVarint(buffer, headers.length, at);
  for (const [name, content] of headers) {
    const nameSize = Buffer.byteLength(name);
    at = writeVarint(buffer, nameSize, at);
    at += buffer.write(name, at, nameSize, 'utf8');
    at = writeBytes(buffer, content, at);
  }
  return at;
}

/** Bytes of a record batch before its first record. */
const BATCH_OVERHEAD = 61;
/** Length, attributes, timestamp delta and offset delta of a record at their longest. */
const LONGEST_PREFIX = 5 + 1 + 10 + 5;

/** Upper bound of the bytes a record takes inside a batch. */
export const recordSize = ({ key, value, headers }: Pick<InputRecord, 'key' | 'value' | 'headers'>): number =>
  LONGEST_PREFIX + sizeOfContent(key, value, headers);

/** Bytes of an uncompressed batch with so many bytes of records: what max.message.bytes is about. */
export const batchSize = (recordBytes: number): number => BATCH_OVERHEAD + recordBytes;

/** Bytes of what `writeContent` writes. */
export function sizeOfContent(
  key: Buffer | null,
  value: Buffer | null,
  headers: readonly KafkaHeader[],
): number {
  let size = sizeOfBytes(key) + sizeOfBytes(value) + sizeOfVarint(headers.length);
  for (const [name, content] of headers) {
    const nameSize = Buffer.byteLength(name);
    size += sizeOfVarint(nameSize) + nameSize + sizeOfBytes(content);
  }
  return size;
}

export function toBytes(field: Buffer | string | null | undefined): Buffer | null {
  if (field === null || field === undefined) return null;
  return typeof field === 'string' ? Buffer.from(field) : field;
}

const sizeOfBytes = (bytes: Buffer | null): number =>
  bytes === null ? 1 : sizeOfVarint(bytes.length) + bytes.length;

function writeBytes(buffer: Buffer, bytes: Buffer | null, at: number): number {
  if (bytes === null) return writeVarint(buffer, -1, at);
  const start = writeVarint(buffer, bytes.length, at);
  bytes.copy(buffer, start);
  return start + bytes.length;
}
