import type { createRequire } from 'node:module';
import { exchanges, NO_TAGS, type Decoder, type Exchange } from './exchange.js';

const DESCRIBE_PRODUCERS = 61;
const DESCRIBE_TRANSACTIONS = 65;
const TRANSACTIONAL_ID_NOT_FOUND = 105;
const TOPIC_AUTHORIZATION_FAILED = 29;
const NO_TRANSACTION = -1n;

/** What a coordinator knows of a transactional id. */
export interface DescribedTransaction {
  readonly errorCode: number;
  /** `Empty`, `Ongoing`, `PrepareCommit`, `PrepareAbort`, `CompleteCommit`, `CompleteAbort`, `Dead`, `PrepareEpochFence` */
  readonly state: string;
  readonly producerId: string;
  readonly producerEpoch: number;
}

interface DescribedPartition {
  readonly partition: number;
  readonly errorCode: number;
  /** The ids of those that have a transaction open there. */
  readonly producers: readonly string[];
}

export interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly number[];
}

/** The first versions of the two requests of KIP-664 that kafkajs lacks. */
export interface TransactionRequests {
  /** To the coordinator; empty where it does not know the id. */
  describeTransaction(transactionalId: string): Exchange<readonly DescribedTransaction[]>;
  /** To the leader of the partitions. */
  describeProducers(topics: readonly TopicPartitions[]): Exchange<readonly DescribedTopic[]>;
}

interface DescribedTopic {
  readonly topic: string;
  readonly partitions: readonly DescribedPartition[];
}

/** Whether the client may not look at the partition, which takes Read on the topic. */
export const isHidden = ({ errorCode }: DescribedPartition) => errorCode === TOPIC_AUTHORIZATION_FAILED;

/** @throws Error when the installed kafkajs has another shape */
export function createTransactionRequests(require: ReturnType<typeof createRequire>): TransactionRequests {
  const { encoder, exchange } = exchanges(require);
  return {
    describeTransaction: (transactionalId) =>
      exchange<readonly DescribedTransaction[]>({
        ...{ apiKey: DESCRIBE_TRANSACTIONS, apiVersion: 0, apiName: 'DescribeTransactions' },
        encode: (start) =>
          start.writeUVarIntArray([encoder().writeUVarIntString(transactionalId)]).writeUVarInt(NO_TAGS),
        decode: (decoder) => {
          decoder.readInt32();
          const answers = decoder.readUVarIntArray(readTransaction) ?? [];
          return answers.filter(({ errorCode }) => errorCode !== TRANSACTIONAL_ID_NOT_FOUND);
        },
        errorIn: (answers) => answers.find(({ errorCode }) => errorCode !== 0)?.errorCode ?? 0,
      }),
    describeProducers: (topics) =>
      exchange<readonly DescribedTopic[]>({
        ...{ apiKey: DESCRIBE_PRODUCERS, apiVersion: 0, apiName: 'DescribeProducers' },
        encode: (start) =>
          start
            .writeUVarIntArray(
              topics.map(({ topic, partitions }) =>
                encoder()
                  .writeUVarIntString(topic)
                  .writeUVarIntArray(partitions.map((partition) => encoder().writeInt32(partition)))
                  .writeUVarInt(NO_TAGS),
              ),
            )
            .writeUVarInt(NO_TAGS),
        decode: (decoder) => {
          decoder.readInt32();
          return decoder.readUVarIntArray(readTopic) ?? [];
        },
        errorIn: (answer) =>
          answer.flatMap(({ partitions }) => partitions).find((one) => one.errorCode !== 0 && !isHidden(one))
            ?.errorCode ?? 0,
      }),
  };
}

function readTransaction(decoder: Decoder): DescribedTransaction {
  const errorCode = decoder.readInt16();
  decoder.readUVarIntString();
  const state = decoder.readUVarIntString() ?? '';
  decoder.readInt32();
  decoder.readInt64();
  const producerId = decoder.readInt64().toString();
  const producerEpoch = decoder.readInt16();
  decoder.readUVarIntArray((topic) => {
    topic.readUVarIntString();
    topic.readUVarIntArray((partition) => partition.readInt32());
    topic.readTaggedFields();
  });
  decoder.readTaggedFields();
  return { errorCode, state, producerId, producerEpoch };
}

function readTopic(decoder: Decoder): DescribedTopic {
  const topic = decoder.readUVarIntString() ?? '';
  const partitions = decoder.readUVarIntArray(readPartition) ?? [];
  decoder.readTaggedFields();
  return { topic, partitions };
}

function readPartition(decoder: Decoder): DescribedPartition {
  const partition = decoder.readInt32();
  const errorCode = decoder.readInt16();
  decoder.readUVarIntString();
  const open = decoder.readUVarIntArray(readProducer) ?? [];
  decoder.readTaggedFields();
  return { partition, errorCode, producers: open.filter((id) => id !== undefined) };
}

/** The producer's id, if it has a transaction open. */
function readProducer(decoder: Decoder): string | undefined {
  const id = decoder.readInt64().toString();
  decoder.readInt32();
  decoder.readInt32();
  decoder.readInt64();
  decoder.readInt32();
  const firstOffset = BigInt(decoder.readInt64().toString());
  decoder.readTaggedFields();
  return firstOffset === NO_TRANSACTION ? undefined : id;
}
