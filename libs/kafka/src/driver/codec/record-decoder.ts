import type { InputRecord, KafkaHeader } from '../../record.js';
import { Cursor } from './cursor.js';

/** What the records of one batch have in common. */
export interface BatchFields {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp: string;
  readonly producerId: string;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  /** 1: the broker's append time counts for all records. */
  readonly timestampType: number;
}

const NO_HEADERS: readonly KafkaHeader[] = Object.freeze([]);
const LOG_APPEND_TIME = 1;

/** Told where a header stands in `bytes`; a null value ends before it begins. */
export type VisitHeader = (
  bytes: Buffer,
  nameStart: number,
  nameEnd: number,
  valueStart: number,
  valueEnd: number,
) => void;

/**
 * What the rest of kafkajs reads of a record, with headers as an ordered list instead of an object. All of it is
 * made when asked for: a fetch brings many records, which would else all be there at once.
 */
export class FetchedRecord implements InputRecord {
  private decoded: readonly KafkaHeader[] | undefined;

  constructor(
    private readonly offsetDelta: number,
    private readonly timestampDelta: number | bigint,
    private readonly bytes: Buffer,
    private readonly keyEnd: number,
    private readonly keyLength: number,
    private readonly valueEnd: number,
    private readonly valueLength: number,
    private readonly headersAt: number,
    readonly batchContext: BatchFields,
  ) {}

  get headers(): readonly KafkaHeader[] {
    // Most records have none.
    if (this.bytes[this.headersAt] === 0) return NO_HEADERS;
    return (this.decoded ??= readHeaders(new Cursor(this.bytes, this.headersAt)));
  }

  /** Goes through the headers in their order without making anything of them. */
  eachHeader(visit: VisitHeader): void {
    const cursor = new Cursor(this.bytes, this.headersAt);
    for (let left = cursor.varint(); left > 0; left--) {
      const nameLength = cursor.skipBytes();
      const nameEnd = cursor.at;
      const valueLength = cursor.skipBytes();
      visit(this.bytes, nameEnd - nameLength, nameEnd, cursor.at - valueLength, cursor.at);
    }
  }

  get key(): Buffer | null {
    return endingAt(this.bytes, this.keyEnd, this.keyLength);
  }

  get value(): Buffer | null {
    return endingAt(this.bytes, this.valueEnd, this.valueLength);
  }

  get offset(): string {
    return String(add(this.batchContext.firstOffset, this.offsetDelta));
  }

  get timestamp(): string {
    const { timestampType, firstTimestamp, maxTimestamp } = this.batchContext;
    return timestampType === LOG_APPEND_TIME
      ? maxTimestamp
      : String(add(firstTimestamp, this.timestampDelta));
  }

  get timestampMs(): number {
    const { timestampType, firstTimestamp, maxTimestamp } = this.batchContext;
    return Number(
      timestampType === LOG_APPEND_TIME ? maxTimestamp : add(firstTimestamp, this.timestampDelta),
    );
  }

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }
}

/**
 * Decodes the record (magic 2) at the cursor, and moves it behind the record. Unlike the stock decoder it is
 * linear in the number of headers, and keeps their order, repetitions, null values and names such as `__proto__`.
 * @throws RangeError where the bytes end too early; the broker has checked that those of the headers do not
 */
export function decodeRecord(cursor: Cursor, batch: BatchFields): FetchedRecord {
  const size = cursor.varint();
  const end = cursor.at + size;
  if (end > cursor.buffer.length) throw new RangeError('the bytes end before their length');
  cursor.byte(); // Attributes: none are defined.
  const timestampDelta = cursor.varlong();
  const offsetDelta = cursor.varint();
  const keyLength = cursor.skipBytes();
  const keyEnd = cursor.at;
  const valueLength = cursor.skipBytes();
  const valueEnd = cursor.at;
  const headersAt = cursor.at;
  cursor.at = end;
  return new FetchedRecord(
    offsetDelta,
    timestampDelta,
    cursor.buffer,
    keyEnd,
    keyLength,
    valueEnd,
    valueLength,
    headersAt,
    batch,
  );
}

const endingAt = (bytes: Buffer, end: number, length: number): Buffer | null =>
  length < 0 ? null : bytes.subarray(end - length, end);

function readHeaders(cursor: Cursor): readonly KafkaHeader[] {
  const count = cursor.varint();
  if (count <= 0) return NO_HEADERS;
  const headers: KafkaHeader[] = [];
  for (let i = 0; i < count; i++) headers.push([cursor.text(), cursor.bytes()]);
  return headers;
}

/** Exact for 64 bits, beyond which it wraps as in Java; the short way where doubles are exact. */
function add(base: string, delta: number | bigint): number | bigint {
  const start = Number(base);
  if (typeof delta === 'number' && Number.isSafeInteger(start)) {
    const sum = start + delta;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return BigInt.asIntN(64, BigInt(base) + BigInt(delta));
}
