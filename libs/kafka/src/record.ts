/** A header as it stands on the wire: order, repetition and null values are kept. */
export type KafkaHeader = readonly [name: string, value: Buffer | null];

/** Headers that many records have in common, in their order, encoded once. */
export interface HeaderBlock {
  readonly headers: readonly KafkaHeader[];
  /** The headers as a record holds them, without their count. */
  readonly bytes: Buffer;
}

/** Headers of a record to write, one by one or as blocks. */
export type OutgoingHeaders = readonly (KafkaHeader | HeaderBlock)[];

/** One record of an input partition; key and value are the bytes as they came. */
export interface InputRecord {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly KafkaHeader[];
  /** Milliseconds since the epoch, decimal; -1 where the record has none. */
  readonly timestamp: string;
  /** The same as a number, where doubles are exact; -1 where the record has none. */
  readonly timestampMs: number;
  /** Decimal, 64 bits. */
  readonly offset: string;
}

/** One record to write. Its partition follows from its key, or from the partition its input came from. */
export interface OutgoingRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  /** A text is written in UTF-8. */
  readonly value: Buffer | string | null;
  readonly headers: OutgoingHeaders;
  /** Bytes of key, value and headers in a record batch, where they have been counted. */
  readonly contentSize?: number;
  /** `key`: murmur2 of the key as Java's default partitioner does, without a key as `source`. */
  readonly partitionBy: 'key' | 'source';
  /** Number of the input partition; taken modulo the topic's partition count. */
  readonly sourcePartition: number;
  /** Chosen when it is first sent. */
  partition?: number | undefined;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export const partitionKey = ({ topic, partition }: TopicPartition): string => `${topic}/${String(partition)}`;
