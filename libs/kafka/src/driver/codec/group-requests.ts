import type { createRequire } from 'node:module';

/** A member of a consumer group in one of the group's generations. */
export interface GroupMembership {
  readonly memberId: string;
  readonly generationId: number;
}

export interface TxnOffsetCommit {
  readonly transactionalId: string;
  readonly groupId: string;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly offset: string }[];
  }[];
}

/** Which position is asked for. */
interface OffsetFetch {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

/** What kafkajs' connections send, and how they read the answer. */
export interface Exchange {
  readonly request: {
    readonly apiKey: number;
    readonly apiVersion: number;
    readonly apiName: string;
    readonly encode: () => Promise<Encoder>;
  };
  readonly response: {
    readonly decode: (bytes: Buffer) => Promise<Answer>;
    readonly parse: (answer: Answer) => Promise<Answer>;
  };
}

interface Answer {
  readonly errorCode: number;
  readonly topics: readonly { readonly topic: string; readonly partitions: readonly PartitionAnswer[] }[];
}

interface PartitionAnswer {
  readonly partition: number;
  readonly errorCode: number;
  /** -1 where nothing is committed; 0 in answers that have none. */
  readonly offset: bigint;
}

/** The part of kafkajs' encoder that is used here; each method returns the encoder. */
interface Encoder {
  readonly buffer: Buffer;
  writeInt16(value: number): Encoder;
  writeInt32(value: number): Encoder;
  writeInt64(value: string | number): Encoder;
  writeBoolean(value: boolean): Encoder;
  writeUVarIntString(value: string | null): Encoder;
  writeUVarIntArray(items: readonly Encoder[]): Encoder;
  writeUVarInt(value: number): Encoder;
}

interface Decoder {
  readInt16(): number;
  readInt32(): number;
  readInt64(): { toString(): string };
  readUVarIntString(): string | null;
  readUVarIntArray<T>(read: (decoder: Decoder) => T): T[] | null;
  readTaggedFields(): unknown;
}

/** The two requests of KIP-447 that kafkajs lacks, in the first versions that have what it is about. */
export interface GroupRequests {
  /** Version 3: the group refuses it of whoever is no member of its generation any more. */
  txnOffsetCommit(commit: TxnOffsetCommit, member: GroupMembership): Exchange;
  /** Version 7: fails with UNSTABLE_OFFSET_COMMIT while a transaction that moves the position is open. */
  stableOffsetFetch(fetch: OffsetFetch): Exchange;
}

const NO_TAGS = 0;
const NO_EPOCH = -1;

/** @throws Error when the installed kafkajs has another shape */
export function createGroupRequests(require: ReturnType<typeof createRequire>): GroupRequests {
  const protocol = 'kafkajs/src/protocol';
  const Encoder = require(`${protocol}/encoder.js`) as new () => Encoder;
  const Decoder = require(`${protocol}/decoder.js`) as new (bytes: Buffer) => Decoder;
  const apiKeys = require(`${protocol}/requests/apiKeys.js`) as Record<string, number>;
  const { createErrorFromCode } = require(`${protocol}/error.js`) as {
    createErrorFromCode: (code: number) => Error;
  };
  const start = () => new Encoder().writeUVarInt(NO_TAGS);

  const exchange = (
    apiName: string,
    apiVersion: number,
    encode: () => Encoder,
    decode: (decoder: Decoder) => Answer,
  ): Exchange => {
    const apiKey = apiKeys[apiName];
    if (apiKey === undefined) throw new Error(`kafkajs has no key of ${apiName}`);
    return {
      request: { apiKey, apiVersion, apiName, encode: () => Promise.resolve(encode()) },
      response: {
        decode: (bytes) => {
          const decoder = new Decoder(bytes);
          decoder.readTaggedFields();
          return Promise.resolve(decode(decoder));
        },
        parse: (answer) => {
          const partitions = answer.topics.flatMap(({ partitions: all }) => all);
          const failed = [answer, ...partitions].find(({ errorCode }) => errorCode !== 0);
          return failed ? Promise.reject(createErrorFromCode(failed.errorCode)) : Promise.resolve(answer);
        },
      },
    };
  };

  return {
    txnOffsetCommit: (commit, member) =>
      exchange(
        'TxnOffsetCommit',
        3,
        () =>
          start()
            .writeUVarIntString(commit.transactionalId)
            .writeUVarIntString(commit.groupId)
            .writeInt64(commit.producerId)
            .writeInt16(commit.producerEpoch)
            .writeInt32(member.generationId)
            .writeUVarIntString(member.memberId)
            .writeUVarIntString(null)
            .writeUVarIntArray(
              commit.topics.map(({ topic, partitions }) =>
                new Encoder()
                  .writeUVarIntString(topic)
                  .writeUVarIntArray(
                    partitions.map(({ partition, offset }) =>
                      new Encoder()
                        .writeInt32(partition)
                        .writeInt64(offset)
                        .writeInt32(NO_EPOCH)
                        .writeUVarIntString('')
                        .writeUVarInt(NO_TAGS),
                    ),
                  )
                  .writeUVarInt(NO_TAGS),
              ),
            )
            .writeUVarInt(NO_TAGS),
        (decoder) => {
          decoder.readInt32();
          const topics = readTopics(decoder, readPartitionOfCommit);
          return { errorCode: 0, topics };
        },
      ),
    stableOffsetFetch: ({ groupId, topic, partition }) =>
      exchange(
        'OffsetFetch',
        7,
        () =>
          start()
            .writeUVarIntString(groupId)
            .writeUVarIntArray([
              new Encoder()
                .writeUVarIntString(topic)
                .writeUVarIntArray([new Encoder().writeInt32(partition)])
                .writeUVarInt(NO_TAGS),
            ])
            .writeBoolean(true)
            .writeUVarInt(NO_TAGS),
        (decoder) => {
          decoder.readInt32();
          const topics = readTopics(decoder, readPartitionOfFetch);
          return { errorCode: decoder.readInt16(), topics };
        },
      ),
  };
}

const readTopics = (decoder: Decoder, read: (decoder: Decoder) => PartitionAnswer): Answer['topics'] =>
  decoder.readUVarIntArray((one) => {
    const topic = one.readUVarIntString() ?? '';
    const partitions = one.readUVarIntArray(read) ?? [];
    one.readTaggedFields();
    return { topic, partitions };
  }) ?? [];

function readPartitionOfCommit(decoder: Decoder): PartitionAnswer {
  const answer = { partition: decoder.readInt32(), errorCode: decoder.readInt16(), offset: 0n };
  decoder.readTaggedFields();
  return answer;
}

function readPartitionOfFetch(decoder: Decoder): PartitionAnswer {
  const partition = decoder.readInt32();
  const offset = BigInt(decoder.readInt64().toString());
  decoder.readInt32();
  decoder.readUVarIntString();
  const errorCode = decoder.readInt16();
  decoder.readTaggedFields();
  return { partition, errorCode, offset };
}
