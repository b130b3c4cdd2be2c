import { errorCode } from '../driver/error-code.js';
import type { OutgoingRecord } from '../record.js';
import { toChunks } from './chunks.js';
import type { TopicLimits } from './topic-limits.js';

const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

/**
 * Writes records chunk by chunk. A refusal as too large is learnt from and passed on: part of the chunk may
 * have been written, so the batch has to be done again as a whole, and then in smaller chunks.
 */
export async function writeRecords(
  records: readonly OutgoingRecord[],
  limits: TopicLimits,
  send: (records: readonly OutgoingRecord[]) => Promise<unknown>,
): Promise<void> {
  for (const chunk of toChunks(records, limits)) {
    try {
      await send(chunk.records);
    } catch (error) {
      if (TOO_LARGE.has(errorCode(error) ?? '')) limits.refused(chunk.sizes);
      throw error;
    }
  }
}
