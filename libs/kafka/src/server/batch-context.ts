import { BaseRpcContext } from '@nestjs/microservices';
import type { FetchedBatch } from '../driver/group-consumer.js';

/** What `@Ctx()` gives: where the batch in hand comes from, and how long it may still take. */
export class BatchContext extends BaseRpcContext<[FetchedBatch]> {
  constructor(
    private readonly batch: FetchedBatch,
    /** The consumer group, as configured. */
    readonly groupId: string,
    /** Aborted when the partition is lost, paused or the service stops: give up, nothing is lost. */
    readonly signal: AbortSignal,
    /** How many events of the batch may be in progress at once. */
    readonly concurrency: number,
  ) {
    super([batch]);
  }

  get topic(): string {
    return this.batch.topic;
  }

  get partition(): number {
    return this.batch.partition;
  }

  /** Offset of the first record. */
  get firstOffset(): bigint {
    return BigInt(this.batch.records[0]?.offset ?? this.batch.fetchedOffset);
  }

  /** Offset after the last record. */
  get nextOffset(): bigint {
    return this.batch.nextOffset;
  }

  /** Heartbeats are sent for you while the batch is in hand; this sends one now if it is due. */
  heartbeat(): Promise<void> {
    return this.batch.heartbeat();
  }
}
