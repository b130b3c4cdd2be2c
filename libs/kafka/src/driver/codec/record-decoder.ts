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
/** So many hold 49 bits, which doubles are exact for. */
const EXACT_VARINT_BYTES = 7;

/**
 * Decodes one record of a record batch (magic 2). Unlike the stock decoder it is linear in the number of
 * headers, and keeps their order, repetitions, null values and names such as `__proto__`.
 */
export function decodeRecord(bytes: RecordBytes, batch: BatchFields): DecodedRecord {
  const cursor = new Cursor(bytes.buffer, bytes.offset);
  const attributes = cursor.byte();
  const timestampDelta = cursor.varlong();
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

/** Exact for 64 bits, beyond which it wraps as in Java; the short way where doubles are exact. */
function add(base: string, delta: number | bigint): string {
  const start = Number(base);
  if (typeof delta === 'number' && Number.isSafeInteger(start)) {
    const sum = start + delta;
    if (Number.isSafeInteger(sum)) return String(sum);
  }
  return String(BigInt.asIntN(64, BigInt(base) + BigInt(delta)));
}

class Cursor {
  constructor(
    private readonly buffer: Buffer,
    private at: number,
  ) {}

  byte(): number {
    return this.buffer.readInt8(this.at++);
  }

  /** Zigzag varint; exact to 2^53, which no length, count or offset delta of a valid record passes. */
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

  /** Zigzag varint of 64 bits: clients may set a timestamp to anything. */
  varlong(): number | bigint {
    const start = this.at;
    const value = this.varint();
    if (this.at - start <= EXACT_VARINT_BYTES) return value;
    let zigzag = 0n;
    for (let i = this.at - 1; i >= start; i--) {
      zigzag = (zigzag << 7n) | BigInt(this.buffer.readUInt8(i) & 0x7f);
    }
    return BigInt.asIntN(64, (zigzag >> 1n) ^ -(zigzag & 1n));
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
