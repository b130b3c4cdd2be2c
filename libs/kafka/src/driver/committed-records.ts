import type { FetchedPartition } from './cluster.js';
import { lastOffsetOf } from './codec/batch-end.js';
import { filterAborted } from './codec/filter-aborted.js';
import type { FetchedRecord } from './codec/record-decoder.js';

/** The offset behind all batches that a fetch brought; undefined where it brought none. */
export function nextOffsetOf({ messages }: FetchedPartition, position: bigint): bigint | undefined {
  const last = lastOffsetOf({ rawMessages: messages, fetchedOffset: String(position) });
  const offset = last ?? messages.at(-1)?.offset;
  return offset === undefined ? undefined : BigInt(offset) + 1n;
}

/** What was fetched from the position on, without markers and what was aborted. */
export function committedRecords(
  { messages, abortedTransactions = null }: FetchedPartition,
  position: bigint,
): readonly FetchedRecord[] {
  // A batch comes whole, also where only its end was asked for.
  const start = messages.findIndex((message) => BigInt(message.offset) >= position);
  if (start === -1) return [];
  const some = filterAborted({
    messages: start === 0 ? messages : messages.slice(start),
    abortedTransactions,
  });
  return some.some(isControl) ? some.filter((record) => !isControl(record)) : some;
}

const isControl = ({ isControlRecord }: FetchedRecord): boolean => isControlRecord;
