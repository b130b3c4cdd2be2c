import type { KafkaHeader } from '../record.js';

export const text = (value: string): Buffer => Buffer.from(value);

/** Big-endian, as Spring Kafka writes partitions. */
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** Big-endian, as Spring Kafka writes offsets and times. */
export function int64(value: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

/** The last header of the name: whoever wrote the record last added it behind the others. */
export const lastHeader = (headers: readonly KafkaHeader[], name: string): Buffer | null | undefined =>
  headers.findLast((header) => header[0] === name)?.[1];
