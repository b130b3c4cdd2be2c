import type { FetchedBatch } from '../driver/group-consumer.js';
import type { AccessFailure } from '../driver/security/access-failure.js';
import { partitionKey, type InputRecord, type TopicPartition } from '../record.js';

/** What is known of one assigned partition. */
export interface PartitionState extends TopicPartition {
  /** Our own next offset; a batch that begins below it was fetched twice. Unknown until the first commit. */
  nextOffset: bigint | undefined;
  /** Offset of the next record to take, as far as a fetch has shown it. */
  position: bigint | undefined;
  /** End of the partition, as far as it has been seen. */
  highWatermark: bigint | undefined;
  /** Milliseconds since the epoch: timestamp of the next record to take, or the best guess at it. */
  nextTimestamp: number | undefined;
  /** Delivery has been opened for this partition since it was assigned or last failed. */
  opened: boolean;
  /** The driver has been told to fetch nothing. */
  suspended: boolean;
  /** Failed tries of the batch in hand. */
  failures: number;
  /** What of access the last try has failed of. */
  refusal: AccessFailure | undefined;
  /** Work that was seen and has not been got on with since, in milliseconds since the epoch. */
  stuck: { readonly position: bigint; readonly since: number } | undefined;
  /** Settles when the last batch that was fetched is done or given up. */
  turn: Promise<void>;
}

/**
 * The partitions of the current assignment. Every join begins with nothing known, in new states: work that was
 * begun with another state of its partition must not be committed.
 */
export class Assignment {
  private states = new Map<string, PartitionState>();

  replace(partitions: readonly TopicPartition[]): void {
    this.states = new Map(
      partitions.map(({ topic, partition }) => [
        partitionKey({ topic, partition }),
        {
          topic,
          partition,
          nextOffset: undefined,
          position: undefined,
          highWatermark: undefined,
          nextTimestamp: undefined,
          opened: false,
          suspended: false,
          failures: 0,
          refusal: undefined,
          stuck: undefined,
          turn: Promise.resolve(),
        },
      ]),
    );
  }

  get(where: TopicPartition): PartitionState | undefined {
    return this.states.get(partitionKey(where));
  }

  all(): readonly PartitionState[] {
    return [...this.states.values()];
  }
}

export function noteFetched(state: PartitionState, batch: FetchedBatch): void {
  state.position = batch.fetchedOffset;
  state.highWatermark = batch.highWatermark;
  state.nextTimestamp = timestampOf(batch.records[0]);
}

export function noteCommitted(state: PartitionState, batch: FetchedBatch): void {
  state.nextOffset = batch.nextOffset;
  state.position = batch.nextOffset;
  state.nextTimestamp = timestampOf(batch.records.at(-1));
  state.failures = 0;
  state.refusal = undefined;
}

/** A fetch that brought nothing to hand out moves both positions on; one that came late moves none back. */
export function noteSkipped(state: PartitionState, nextOffset: bigint): void {
  state.position = nextOffset;
  if (state.nextOffset !== undefined && nextOffset > state.nextOffset) state.nextOffset = nextOffset;
}

/** Records between position and end of the partition; 0 where one of the two is not known. */
export function recordsBehind({ position, highWatermark }: PartitionState): bigint {
  if (position === undefined || highWatermark === undefined || highWatermark < position) return 0n;
  return highWatermark - position;
}

/** A record without a timestamp says nothing of the lag. */
const timestampOf = (record: InputRecord | undefined): number =>
  record === undefined || record.timestampMs === -1 ? Date.now() : record.timestampMs;
