import type { KafkaHeader, OutgoingRecord } from '../../record.js';
import { RECORDS_AT } from './record-batch.js';
import { sizeOfVarint, writeVarint } from './varint.js';

/** Bytes, or a text that is written in UTF-8; null and the empty ones differ on the wire. */
type Content = Buffer | string | null;

/** What kafkajs hands to its record encoder; `headers` is our ordered list, passed through its producer. */
export interface RecordFields {
  offsetDelta?: number;
  /** Milliseconds since the first timestamp of the batch. */
  timestampDelta?: number;
  key?: Content;
  value?: Content;
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
  const { offsetDelta = 0, timestampDelta = 0, key = null, value = null, headers = NO_HEADERS } = fields;
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
  key: Content,
  value: Content,
  headers: readonly KafkaHeader[],
  start: number,
): number {
  let at = writeBytes(buffer, key, start);
  at = writeBytes(buffer, value, at);
  at = writeVarint(buffer, headers.length, at);
  // Taken apart by their indices: iterators would be most of what many headers leave to collect.
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as KafkaHeader;
    at = writeBytes(buffer, header[0], at);
    at = writeBytes(buffer, header[1], at);
  }
  return at;
}

/** Length, attributes, timestamp delta and offset delta of a record at their longest. */
const LONGEST_PREFIX = 5 + 1 + 10 + 5;

/** Upper bound of the bytes a record takes inside a batch. */
export const recordSize = ({
  key,
  value,
  headers,
  contentSize = sizeOfContent(key, value, headers),
}: Pick<OutgoingRecord, 'key' | 'value' | 'headers' | 'contentSize'>): number => LONGEST_PREFIX + contentSize;

/** Bytes of an uncompressed batch with so many bytes of records: what max.message.bytes is about. */
export const batchSize = (recordBytes: number): number => RECORDS_AT + recordBytes;

/** Bytes of what `writeContent` writes. */
export function sizeOfContent(key: Content, value: Content, headers: readonly KafkaHeader[]): number {
  let size = sizeOfBytes(key) + sizeOfBytes(value) + sizeOfVarint(headers.length);
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i] as KafkaHeader;
    size += sizeOfBytes(header[0]) + sizeOfBytes(header[1]);
  }
  return size;
}

/** Up to this length a loop takes less than the call of a native function. */
const SHORT = 48;

function lengthOf(content: Buffer | string): number {
  if (typeof content !== 'string') return content.length;
  const { length } = content;
  if (length > SHORT) return Buffer.byteLength(content);
  for (let i = 0; i < length; i++) if (content.charCodeAt(i) > 0x7f) return Buffer.byteLength(content);
  return length;
}

function sizeOfBytes(content: Content): number {
  if (content === null) return 1;
  const length = lengthOf(content);
  return sizeOfVarint(length) + length;
}

function writeBytes(buffer: Buffer, content: Content, at: number): number {
  if (content === null) return writeVarint(buffer, -1, at);
  const length = lengthOf(content);
  const start = writeVarint(buffer, length, at);
  if (typeof content !== 'string') copyBytes(buffer, content, start);
  else if (length <= SHORT && length === content.length) writeAscii(buffer, content, start);
  else buffer.write(content, start, length, 'utf8');
  return start + length;
}

function copyBytes(buffer: Buffer, bytes: Buffer, start: number): void {
  if (bytes.length > SHORT) bytes.copy(buffer, start);
  else for (let i = 0; i < bytes.length; i++) buffer[start + i] = bytes[i] ?? 0;
}

function writeAscii(buffer: Buffer, text: string, start: number): void {
  for (let i = 0; i < text.length; i++) buffer[start + i] = text.charCodeAt(i);
}
