import type { FetchedRecord } from './record-decoder.js';

/** What a fetch brought of one partition, as kafkajs knows it. */
interface StockBatch {
  rawMessages: readonly FetchedRecord[];
  messagesWithinOffset: readonly FetchedRecord[];
  messages: readonly FetchedRecord[];
}

interface PartitionData {
  readonly messages: readonly FetchedRecord[];
  readonly abortedTransactions?: readonly { producerId: string; firstOffset: string }[] | null;
}

export type BatchClass = new (topic: string, fetchedOffset: string, data: PartitionData) => StockBatch;

/**
 * kafkajs' batch, which looks for records below the offset asked for only where there can be some: where the
 * first one is. Stock kafkajs compares every record's offset as a text made into a big integer.
 */
export function createBatchClass(
  Stock: BatchClass,
  filterAborted: (fetched: PartitionData) => readonly FetchedRecord[],
): BatchClass {
  return class Batch extends Stock {
    constructor(topic: string, fetchedOffset: string, data: PartitionData) {
      super(topic, fetchedOffset, { ...data, messages: [] });
      const { messages } = data;
      this.rawMessages = messages;
      this.messagesWithinOffset = from(messages, BigInt(fetchedOffset));
      this.messages = filterAborted({ ...data, messages: this.messagesWithinOffset }).filter(
        ({ isControlRecord }) => !isControlRecord,
      );
    }
  };
}

function from(messages: readonly FetchedRecord[], offset: bigint): readonly FetchedRecord[] {
  const start = messages.findIndex((message) => BigInt(message.offset) >= offset);
  return start === 0 ? messages : messages.slice(start === -1 ? messages.length : start);
}
