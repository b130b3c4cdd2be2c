import type { DeadLetterReason } from '@pipeline/contracts';
import type { Written } from '../delivery/fit.js';
import type { FetchedBatch } from '../driver/group-consumer.js';
import type { BatchCommitted } from '../events.js';

/** What a committed batch counts for. */
export function summarize(batch: FetchedBatch, written: readonly Written[]): BatchCommitted {
  const deadLettered = new Map<DeadLetterReason, number>();
  const timestamps: number[] = [];
  let processed = 0;
  for (const { timestampMs } of batch.records) if (timestampMs !== -1) timestamps.push(timestampMs);
  for (const { deadLetter } of written) {
    if (deadLetter === undefined) processed++;
    else deadLettered.set(deadLetter, (deadLettered.get(deadLetter) ?? 0) + 1);
  }
  return {
    topic: batch.topic,
    partition: batch.partition,
    processed,
    deadLettered,
    timestamps,
    committedAt: Date.now(),
  };
}
