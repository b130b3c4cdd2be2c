/**
 * The hash of Kafka's Java client (org.apache.kafka.common.utils.Utils.murmur2), as a signed 32-bit integer.
 */
export function murmur2(data: Buffer): number {
  const M = 0x5bd1e995;
  const length = data.length;
  const words = length >> 2;
  let h = 0x9747b28c ^ length;
  for (let i = 0; i < words; i++) {
    let k = Math.imul(data.readInt32LE(i << 2), M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = words << 2;
  const left = length & 3;
  if (left === 3) h ^= (data[rest + 2] ?? 0) << 16;
  if (left >= 2) h ^= (data[rest + 1] ?? 0) << 8;
  if (left >= 1) h = Math.imul(h ^ (data[rest] ?? 0), M);
  h = Math.imul(h ^ (h >>> 13), M);
  return (h ^ (h >>> 15)) | 0;
}

/** The partition that the Java client's default partitioner chooses for a key. */
export const partitionOfKey = (key: Buffer, partitionCount: number): number =>
  (murmur2(key) & 0x7fffffff) % partitionCount;
