import type { InputRecord, KafkaHeader } from '../../record.js';

/** The reading position kafkajs hands over: the bytes of exactly one record. */
interface RecordBytes {
  readonly buffer: Buffer;
  readonly offset: number;
}

interface BatchFields {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly magicByte: number;
  readonly isControlBatch: boolean;
  /** 1: the broker's append time counts for all records. */
  readonly timestampType: number;
}

/** What the rest of kafkajs reads of a record, with headers as an ordered list instead of an object. */
interface DecodedRecord extends InputRecord {
  readonly magicByte: number;
  readonly attributes: number;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchFields;
}

const NO_HEADERS: readonly KafkaHeader[] = Object.freeze([]);
const LOG_APPEND_TIME = 1;

/**
 * Decodes one record of a record batch (magic 2). Unlike the stock decoder it is linear in the number of
 * headers, and keeps their order, repetitions, null values and names such as `__proto__`.
 */
export function decodeRecord(bytes: RecordBytes, batch: BatchFields): DecodedRecord {
  const cursor = new Cursor(bytes.buffer, bytes.offset);
  const attributes = cursor.byte();
  const timestampDelta = cursor.varint();
  const offsetDelta = cursor.varint();
  const key = cursor.bytes();
  const value = cursor.bytes();
  return {
    magicByte: batch.magicByte,
    attributes,
    timestamp:
      batch.timestampType === LOG_APPEND_TIME && batch.maxTimestamp !== ''
        ? batch.maxTimestamp
        : add(batch.firstTimestamp, timestampDelta),
    offset: add(batch.firstOffset, offsetDelta),
    key,
    value,
    headers: readHeaders(cursor),
    isControlRecord: batch.isControlBatch,
    batchContext: batch,
  };
}

function readHeaders(cursor: Cursor): readonly KafkaHeader[] {
  const count = cursor.varint();
  if (count <= 0) return NO_HEADERS;
  const headers: KafkaHeader[] = [];
  for (let i = 0; i < count; i++) headers.push([cursor.text(), cursor.bytes()]);
  return headers;
}

/** Exact for 64 bits; the short way where doubles are exact. */
function add(base: string, delta: number): string {
  const sum = Number(base) + delta;
  return Number.isSafeInteger(sum) ? String(sum) : String(BigInt(base) + BigInt(delta));
}

class Cursor {
  constructor(
    private readonly buffer: Buffer,
    private at: number,
  ) {}

  byte(): number {
    return this.buffer.readInt8(this.at++);
  }

  /** Zigzag varint; exact to 2^53, which no delta, length or count of a valid record passes. */
  varint(): number {
    let result = 0;
    let scale = 1;
    for (;;) {
      const byte = this.buffer.readUInt8(this.at++);
      result += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 128;
    }
    return result % 2 === 0 ? result / 2 : -(result + 1) / 2;
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    return this.buffer.subarray(this.at, (this.at += length));
  }

  text(): string {
    return this.bytes()?.toString('utf8') ?? '';
  }
}
