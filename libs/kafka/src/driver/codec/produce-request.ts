import { ATTRIBUTES_AT, CHECKSUM_AT, LENGTH_END, MAGIC, RECORDS_AT, TRANSACTIONAL } from './record-batch.js';
import { NO_HEADERS, sizeOfContent, writeContent, type RecordFields } from './record-encoder.js';
import { HEADROOM, type Payload } from './request.js';
import { sizeOfVarint, writeVarint } from './varint.js';

type Message = Pick<RecordFields, 'key' | 'value' | 'headers'> & {
  readonly timestamp?: string | number | null;
  /** What `sizeOfContent` gives, where that is known. */
  readonly contentSize?: number | undefined;
};

interface PartitionData {
  readonly partition: number;
  readonly messages: readonly Message[];
  readonly firstSequence?: number;
}

interface TopicData {
  readonly topic: string;
  readonly partitions: readonly PartitionData[];
}

/** What kafkajs asks of a Produce request; ids are Longs, strings or numbers. */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  readonly producerId?: { toString(): string };
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly TopicData[];
}

/** The part of kafkajs' Encoder that is read of an encoded request. */
interface Encoded extends Payload {
  readonly buf: Buffer;
}

interface ProduceRequest {
  readonly encode: () => Promise<Encoded>;
}

type Checksum = (bytes: Buffer) => number;

/** The part of a compression of kafkajs that is needed here. */
export interface Compressor {
  readonly compress: (bytes: { readonly buffer: Buffer }) => Promise<Buffer>;
}

export type Produce = (args: ProduceArguments) => ProduceRequest;

/**
 * Encodes a whole Produce request (versions 3 to 7) into one buffer of its exact size, where the stock encoder
 * writes every record into a buffer of its own and copies it six times. Compressed records go through one
 * buffer for each partition. What it does not do itself, timestamps given by the caller, it leaves to `stock`.
 * @param checksum CRC-32C
 * @param isEnabled asked at every request
 * @param compressionOf the compression of a number
 */
export function createProduceRequest(
  stock: Produce,
  checksum: Checksum,
  isEnabled: () => boolean,
  compressionOf: (type: number) => Compressor,
): Produce {
  return (args) => {
    const request = stock(args);
    if (!isEnabled() || !isPlain(args)) return request;
    return { ...request, encode: () => encodeProduce(args, checksum, compressionOf) };
  };
}

const isPlain = ({ topicData }: ProduceArguments): boolean =>
  topicData.every(({ partitions }) =>
    partitions.every(({ messages }) => messages.every(({ timestamp }) => timestamp == null)),
  );

async function encodeProduce(
  args: ProduceArguments,
  checksum: Checksum,
  compressionOf: (type: number) => Compressor,
): Promise<Encoded> {
  const now = Date.now();
  const { acks, timeout, transactionalId = null, compression = 0, topicData } = args;
  const layouts = topicData.map(({ topic, partitions }) => ({ topic, batches: partitions.map(layOut) }));
  if (compression !== 0) {
    const compressor = compressionOf(compression);
    const batches = layouts.flatMap((layout) => layout.batches);
    await Promise.all(batches.map((batch) => compressRecords(batch, compressor)));
  }
  let size = sizeOfString(transactionalId) + 10;
  for (const { topic, batches } of layouts) {
    size += sizeOfString(topic) + 4;
    for (const batch of batches) size += 8 + batch.size;
  }
  const buffer = Buffer.allocUnsafe(HEADROOM + size).subarray(HEADROOM);
  let at = writeString(buffer, transactionalId, 0);
  at = buffer.writeInt16BE(acks, at);
  at = buffer.writeInt32BE(timeout, at);
  at = buffer.writeInt32BE(layouts.length, at);
  for (const { topic, batches } of layouts) {
    at = writeString(buffer, topic, at);
    at = buffer.writeInt32BE(batches.length, at);
    for (const batch of batches) {
      const start = at + 8;
      at = writeBatch(buffer, batch, args, now, at);
      buffer.writeUInt32BE(checksum(buffer.subarray(start + ATTRIBUTES_AT, at)), start + CHECKSUM_AT);
    }
  }
  return { buf: buffer, buffer, headroom: HEADROOM };
}

/** Where the bytes of a record batch come from, and how many they are. */
interface BatchLayout extends PartitionData {
  readonly bodies: readonly number[];
  size: number;
  /** The records as they are sent, where that is not as they are. */
  compressed?: Buffer;
}

function layOut(data: PartitionData): BatchLayout {
  let size = RECORDS_AT;
  const bodies = data.messages.map((message, index) => {
    const { key = null, value = null, headers = NO_HEADERS, contentSize } = message;
    // Attributes and a timestamp delta of 0 take a byte each.
    const body = 2 + sizeOfVarint(index) + (contentSize ?? sizeOfContent(key, value, headers));
    size += sizeOfVarint(body) + body;
    return body;
  });
  return { ...data, bodies, size };
}

async function compressRecords(batch: BatchLayout, compressor: Compressor): Promise<void> {
  const buffer = Buffer.allocUnsafe(batch.size - RECORDS_AT);
  writeRecords(buffer, batch, 0);
  batch.compressed = await compressor.compress({ buffer });
  batch.size = RECORDS_AT + batch.compressed.length;
}

function writeBatch(
  buffer: Buffer,
  batch: BatchLayout,
  { transactionalId, producerId = -1, producerEpoch = 0, compression = 0 }: ProduceArguments,
  now: number,
  start: number,
): number {
  const { partition, messages, firstSequence = 0, size, compressed } = batch;
  let at = buffer.writeInt32BE(partition, start);
  at = buffer.writeInt32BE(size, at);
  at = buffer.writeBigInt64BE(0n, at);
  at = buffer.writeInt32BE(size - LENGTH_END, at);
  at = buffer.writeInt32BE(0, at);
  at = buffer.writeInt8(MAGIC, at);
  at = buffer.writeInt16BE(compression | (transactionalId ? TRANSACTIONAL : 0), at + 4);
  at = buffer.writeInt32BE(messages.length - 1, at);
  at = buffer.writeBigInt64BE(BigInt(now), at);
  at = buffer.writeBigInt64BE(BigInt(now), at);
  at = buffer.writeBigInt64BE(BigInt(String(producerId)), at);
  at = buffer.writeInt16BE(producerEpoch, at);
  at = buffer.writeInt32BE(firstSequence, at);
  at = buffer.writeInt32BE(messages.length, at);
  return compressed ? at + compressed.copy(buffer, at) : writeRecords(buffer, batch, at);
}

function writeRecords(buffer: Buffer, { messages, bodies }: BatchLayout, start: number): number {
  let at = start;
  messages.forEach(({ key = null, value = null, headers = NO_HEADERS }, index) => {
    at = writeVarint(buffer, bodies[index] ?? 0, at);
    buffer[at++] = 0;
    buffer[at++] = 0;
    at = writeVarint(buffer, index, at);
    at = writeContent(buffer, key, value, headers, at);
  });
  return at;
}

const sizeOfString = (text: string | null): number => 2 + (text === null ? 0 : Buffer.byteLength(text));

function writeString(buffer: Buffer, text: string | null, at: number): number {
  if (text === null) return buffer.writeInt16BE(-1, at);
  const size = Buffer.byteLength(text);
  const start = buffer.writeInt16BE(size, at);
  return start + buffer.write(text, start, size, 'utf8');
}
