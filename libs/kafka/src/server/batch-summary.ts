import type { DeadLetterReason } from '@pipeline/contracts';
import { firstOfRetry, type Origin } from '../dead-letter/dead-letter-headers.js';
import type { Written } from '../delivery/fit.js';
import type { FetchedBatch } from '../driver/group-consumer.js';
import type { BatchCommitted } from '../events.js';

/** What a committed batch counts for. @param origin where it was read from */
export function summarize(batch: FetchedBatch, written: readonly Written[], origin: Origin): BatchCommitted {
  const deadLettered = new Map<DeadLetterReason, number>();
  const timestamps: number[] = [];
  let processed = 0;
  let deferred = 0;
  batch.records.forEach((record, index) => {
    // What waits has no outcome yet; what has waited began with its first record.
    if (written[index]?.deferred) return;
    const timestampMs = origin.isRetry ? Number(firstOfRetry(record, origin).timestamp) : record.timestampMs;
    if (timestampMs !== -1) timestamps.push(timestampMs);
  });
  for (const one of written) {
    const { deadLetter } = one;
    if (one.deferred) deferred++;
    else if (deadLetter === undefined) processed++;
    else deadLettered.set(deadLetter, (deadLettered.get(deadLetter) ?? 0) + 1);
  }
  return {
    topic: batch.topic,
    partition: batch.partition,
    processed,
    deferred,
    deadLettered,
    timestamps,
    committedAt: Date.now(),
  };
}
