import { batchSize, recordSize } from '../driver/codec/record-encoder.js';
import type { OutgoingRecord } from '../record.js';
import type { TopicLimits } from './topic-limits.js';

/** Bounds what is encoded and held at once, however small the records are. */
const MAX_CHUNK_RECORDS = 10_000;

/**
 * What is sent in one request. However its records spread over the partitions of their topics, no batch in
 * it can pass the topic's limit, because all records of a topic together do not.
 */
export interface Chunk {
  readonly records: OutgoingRecord[];
  /** Bytes and records by topic. */
  readonly sizes: Map<string, { bytes: number; records: number }>;
}

/** Divides records into chunks, in order. A record over its topic's limit is the only one of it in its chunk. */
export function* toChunks(records: readonly OutgoingRecord[], limits: TopicLimits): Generator<Chunk> {
  let chunk = emptyChunk();
  // By index: the iterator of a generator's loop is not optimised away, and makes an object for every record.
  for (let i = 0; i < records.length; i++) {
    const record = records[i] as OutgoingRecord;
    const bytes = recordSize(record);
    if (!hasRoom(chunk, record.topic, bytes, limits)) {
      yield chunk;
      chunk = emptyChunk();
    }
    add(chunk, record, bytes);
  }
  if (chunk.records.length > 0) yield chunk;
}

const emptyChunk = (): Chunk => ({ records: [], sizes: new Map() });

function hasRoom(chunk: Chunk, topic: string, bytes: number, limits: TopicLimits): boolean {
  if (chunk.records.length === 0) return true;
  if (chunk.records.length >= MAX_CHUNK_RECORDS) return false;
  const size = chunk.sizes.get(topic);
  if (!size) return !limits.oneTopicPerRequest;
  return size.bytes + bytes <= limits.perRequest(topic);
}

function add(chunk: Chunk, record: OutgoingRecord, bytes: number): void {
  chunk.records.push(record);
  const size = chunk.sizes.get(record.topic);
  if (size) {
    size.bytes += bytes;
    size.records++;
  } else {
    chunk.sizes.set(record.topic, { bytes: batchSize(bytes), records: 1 });
  }
}
