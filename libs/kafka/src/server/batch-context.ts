import { BaseRpcContext } from '@nestjs/microservices';
import type { Source } from '../dead-letter/to-dead-letters.js';
import type { ReplayKeys } from '../dead-letter/replay.js';
import type { FetchedBatch } from '../driver/group-consumer.js';
import type { RetryTopic } from '../retry/retry-topics.js';
import type { BoundRoute } from './routes.js';

const NO_RETRIES = { isRetry: false, nextRetry: undefined };

/** Milliseconds. */
interface Times {
  /** Until the batch is overdue. */
  readonly batchBudgetMs: number;
  /** For each event of it. */
  readonly eventTimeoutMs: number;
}

const NO_TIMES: Times = { batchBudgetMs: Infinity, eventTimeoutMs: Infinity };

/** What `@Ctx()` gives: where the batch in hand comes from, and how long it may still take. */
export class BatchContext extends BaseRpcContext<[FetchedBatch]> implements Source {
  private readonly overdueAt: number;

  constructor(
    private readonly batch: FetchedBatch,
    /** The consumer group, as configured. */
    readonly groupId: string,
    /** Aborted when the partition is lost, paused or the service stops: give up, nothing is lost. */
    readonly signal: AbortSignal,
    /** How many events of the batch may be in progress at once. */
    readonly concurrency: number,
    private readonly route: Pick<BoundRoute, 'isRetry' | 'nextRetry'> = NO_RETRIES,
    private readonly times: Times = NO_TIMES,
    /** By which replays are told from forgeries. */
    readonly replays?: ReplayKeys,
  ) {
    super([batch]);
    this.overdueAt = performance.now() + times.batchBudgetMs;
  }

  get topic(): string {
    return this.batch.topic;
  }

  get partition(): number {
    return this.batch.partition;
  }

  /** Begin no further events, and return the outcomes of those that were begun: the others are fetched again. */
  get isOverdue(): boolean {
    return performance.now() > this.overdueAt;
  }

  /** Milliseconds that the handling of one event may take. */
  get eventTimeoutMs(): number {
    return this.times.eventTimeoutMs;
  }

  /**
   * Outcomes belong to the first records. Fewer than records are right only where time has run out: a handler that
   * leaves some out would give the others' outcomes to the wrong records. @throws TypeError
   */
  checkOutcomes({ length }: readonly unknown[], records: readonly unknown[]): void {
    if (length === records.length) return;
    if (this.isOverdue && length > 0 && length < records.length) return;
    throw new TypeError(`a handler returned ${length} outcomes for ${records.length} records`);
  }

  /** Whether the batch was read from a retry topic. */
  get isRetry(): boolean {
    return this.route.isRetry;
  }

  /** Where what fails for a passing reason waits before it is handled again; undefined where nothing more is tried. */
  get nextRetry(): RetryTopic | undefined {
    return this.route.nextRetry;
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
