import { Cursor } from './cursor.js';
import {
  APPEND_TIME,
  ATTRIBUTES_AT,
  CONTROL,
  COUNT_AT,
  FIRST_TIMESTAMP_AT,
  LENGTH_AT,
  LENGTH_END,
  MAGIC,
  MAGIC_AT,
  MAX_TIMESTAMP_AT,
  PRODUCER_ID_AT,
  RECORDS_AT,
  TRANSACTIONAL,
} from './record-batch.js';
import { decodeRecord, type BatchFields, type FetchedRecord } from './record-decoder.js';

/** The reading position kafkajs hands over: in a fetch response, where the records of a partition begin. */
interface ResponseDecoder {
  buffer: Buffer;
  offset: number;
  readInt32(): number;
  canReadBytes(length: number): boolean;
  readBytes(length: number): Buffer;
}

/** What kafkajs has for a compression. */
interface CompressionCodec {
  decompress(bytes: Buffer): Promise<Buffer>;
}

export type DecodeRecords = (decoder: ResponseDecoder) => Promise<readonly unknown[]>;

/**
 * Decodes all record batches that a fetch brought of a partition, in one go over their bytes. The last batch
 * may be cut off, and is left out then. What is older than the record batches of Kafka 0.11 is left to `stock`.
 * @param codecOf the compression named by a batch's attributes, undefined for none
 */
export function createDecodeRecords(
  stock: DecodeRecords,
  codecOf: (attributes: number) => CompressionCodec | null | undefined,
): DecodeRecords {
  return async (decoder) => {
    const { offset } = decoder;
    const size = decoder.readInt32();
    if (size <= 0 || !decoder.canReadBytes(size)) return [];
    const bytes = decoder.readBytes(size);
    if (bytes.length > MAGIC_AT && bytes[MAGIC_AT] !== MAGIC) {
      decoder.offset = offset;
      return stock(decoder);
    }
    const records: FetchedRecord[] = [];
    for (let start = 0; start + RECORDS_AT <= bytes.length;) {
      const end = start + LENGTH_END + bytes.readInt32BE(start + LENGTH_AT);
      if (end > bytes.length) break;
      const codec = codecOf(bytes.readInt16BE(start + ATTRIBUTES_AT));
      const plain = bytes.subarray(start + RECORDS_AT, end);
      const cursor = new Cursor(codec ? await codec.decompress(plain) : plain, 0);
      const batch = readFields(bytes, start);
      const count = bytes.readInt32BE(start + COUNT_AT);
      for (let i = 0; i < count; i++) records.push(decodeRecord(cursor, batch));
      start = end;
    }
    return records;
  };
}

function readFields(bytes: Buffer, start: number): BatchFields {
  const attributes = bytes.readInt16BE(start + ATTRIBUTES_AT);
  return {
    firstOffset: String(bytes.readBigInt64BE(start)),
    firstTimestamp: String(bytes.readBigInt64BE(start + FIRST_TIMESTAMP_AT)),
    maxTimestamp: String(bytes.readBigInt64BE(start + MAX_TIMESTAMP_AT)),
    producerId: String(bytes.readBigInt64BE(start + PRODUCER_ID_AT)),
    inTransaction: (attributes & TRANSACTIONAL) !== 0,
    isControlBatch: (attributes & CONTROL) !== 0,
    timestampType: (attributes & APPEND_TIME) === 0 ? 0 : 1,
  };
}
