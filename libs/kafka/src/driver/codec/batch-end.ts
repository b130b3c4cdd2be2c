import type { createRequire } from 'node:module';
import { LAST_OFFSET_DELTA_AT, LENGTH_AT, LENGTH_END, MAGIC, MAGIC_AT, RECORDS_AT } from './record-batch.js';
import { replaceModule } from './replace-module.js';

const DECODER_PATH = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js';
const BATCH_PATH = 'kafkajs/src/consumer/batch.js';

/** kafkajs' reading position: before the size of what was fetched of one partition. */
interface Position {
  readonly buffer: Buffer;
  readonly offset: number;
}

type Decode = (position: Position) => Promise<readonly unknown[]>;

/** The part of kafkajs' batch that matters here. */
interface Batch {
  readonly fetchedOffset: string;
  readonly rawMessages: readonly unknown[];
  isEmpty(): boolean;
}

const lastOffsets = new WeakMap<readonly unknown[], bigint>();

/**
 * The last offset that the complete record batches at this position cover, whether or not they still hold a
 * record there; undefined without such a batch, and for older formats.
 */
export function lastOffsetAt({ buffer, offset }: Position): bigint | undefined {
  let at = offset + 4;
  const end = Math.min(buffer.length, at + buffer.readInt32BE(offset));
  let last: bigint | undefined;
  while (at + RECORDS_AT <= end) {
    const next = at + LENGTH_END + buffer.readInt32BE(at + LENGTH_AT);
    if (next > end || buffer.readInt8(at + MAGIC_AT) !== MAGIC) break;
    last = buffer.readBigInt64BE(at) + BigInt(buffer.readInt32BE(at + LAST_OFFSET_DELTA_AT));
    at = next;
  }
  return last;
}

/**
 * kafkajs goes on behind the last record that it was given, so that it steps through the offsets that
 * compaction has emptied one fetch at a time, and stands still for ever at a batch without any record. Here
 * it goes on behind the last batch, as Java does.
 * @throws Error when the installed kafkajs has another shape
 */
export function installBatchEnd(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(BATCH_PATH) as { prototype?: Record<string, unknown> };
  const stockLastOffset = prototype?.['lastOffset'];
  const stockIsFiltered = prototype?.['isEmptyDueToFiltering'];
  if (!prototype || typeof stockLastOffset !== 'function' || typeof stockIsFiltered !== 'function') {
    throw new Error(`${BATCH_PATH} is not the class it was`);
  }
  replaceModule(require, DECODER_PATH, (decode: Decode) => async (position: Position) => {
    const last = lastOffsetAt(position);
    const messages = await decode(position);
    if (last !== undefined) lastOffsets.set(messages, last);
    return messages;
  });
  prototype['lastOffset'] = function (this: Batch): string {
    return lastOffsetOf(this)?.toString() ?? (stockLastOffset.call(this) as string);
  };
  prototype['isEmptyDueToFiltering'] = function (this: Batch): boolean {
    return this.isEmpty() && (lastOffsetOf(this) !== undefined || (stockIsFiltered.call(this) as boolean));
  };
}

/** The last offset that a fetch covers; undefined without a batch that reaches the offset asked for. */
export const lastOffsetOf = ({
  rawMessages,
  fetchedOffset,
}: Pick<Batch, 'rawMessages' | 'fetchedOffset'>): bigint | undefined => {
  const last = lastOffsets.get(rawMessages);
  return last === undefined || last < BigInt(fetchedOffset) ? undefined : last;
};
