import type { createRequire } from 'node:module';
import { exchanges, NO_TAGS, type Decoder, type Encoder, type Exchange } from './exchange.js';

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

/** The two requests of KIP-447 that kafkajs lacks, in the first versions that have what it is about. */
export interface GroupRequests {
  /** Version 3: the group refuses it of whoever is no member of its generation any more. */
  txnOffsetCommit(commit: TxnOffsetCommit, member: GroupMembership): Exchange<Answer>;
  /** Version 7: fails with UNSTABLE_OFFSET_COMMIT while a transaction that moves the position is open. */
  stableOffsetFetch(fetch: OffsetFetch): Exchange<Answer>;
}

const NO_EPOCH = -1;

/** @throws Error when the installed kafkajs has another shape */
export function createGroupRequests(require: ReturnType<typeof createRequire>): GroupRequests {
  const { encoder, exchange: exchangeOf } = exchanges(require);
  const apiKeys = require('kafkajs/src/protocol/requests/apiKeys.js') as Record<string, number>;
  const exchange = (
    apiName: string,
    apiVersion: number,
    encode: (start: Encoder) => Encoder,
    decode: (decoder: Decoder) => Answer,
  ): Exchange<Answer> => {
    const apiKey = apiKeys[apiName];
    if (apiKey === undefined) throw new Error(`kafkajs has no key of ${apiName}`);
    return exchangeOf({ apiKey, apiVersion, apiName, encode, decode, errorIn });
  };

  return {
    txnOffsetCommit: (commit, member) =>
      exchange(
        'TxnOffsetCommit',
        3,
        (start) =>
          start
            .writeUVarIntString(commit.transactionalId)
            .writeUVarIntString(commit.groupId)
            .writeInt64(commit.producerId)
            .writeInt16(commit.producerEpoch)
            .writeInt32(member.generationId)
            .writeUVarIntString(member.memberId)
            .writeUVarIntString(null)
            .writeUVarIntArray(
              commit.topics.map(({ topic, partitions }) =>
                encoder()
                  .writeUVarIntString(topic)
                  .writeUVarIntArray(
                    partitions.map(({ partition, offset }) =>
                      encoder()
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
        (start) =>
          start
            .writeUVarIntString(groupId)
            .writeUVarIntArray([
              encoder()
                .writeUVarIntString(topic)
                .writeUVarIntArray([encoder().writeInt32(partition)])
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

/** Of the answer as a whole, or of its first partition that has one. */
const errorIn = ({ errorCode, topics }: Answer): number =>
  [errorCode, ...topics.flatMap(({ partitions }) => partitions.map((one) => one.errorCode))].find(
    (code) => code !== 0,
  ) ?? 0;

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
