import type { OutgoingHeaders, OutgoingRecord } from '../../record.js';
import { sizeOfBytes, writeBytes, type Content } from './content.js';
import { sizeOfHeaders, writeHeaders } from './header-block.js';
import { RECORDS_AT } from './record-batch.js';
import { sizeOfVarint, writeVarint } from './varint.js';

/** What kafkajs hands to its record encoder; `headers` is our ordered list, passed through its producer. */
export interface RecordFields {
  offsetDelta?: number;
  /** Milliseconds since the first timestamp of the batch. */
  timestampDelta?: number;
  key?: Content;
  value?: Content;
  headers?: OutgoingHeaders;
}

/** The part of kafkajs' Encoder that its array writer reads. */
interface EncodedRecord {
  readonly buf: Buffer;
  readonly buffer: Buffer;
}

export const NO_HEADERS: OutgoingHeaders = [];

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
  headers: OutgoingHeaders,
  start: number,
): number {
  const at = writeBytes(buffer, value, writeBytes(buffer, key, start));
  return writeHeaders(buffer, headers, at);
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
export const sizeOfContent = (key: Content, value: Content, headers: OutgoingHeaders): number =>
  sizeOfBytes(key) + sizeOfBytes(value) + sizeOfHeaders(headers);
