import { EventEmitter } from 'node:events';
import type { DeadLetterReason } from '@pipeline/contracts';
import type { LostMarkers } from './driver/lost-markers.js';
import type { TransactionOutcome } from './driver/transactional-producer.js';
import type { TopicReport } from './driver/topics.js';
import type { TopicPartition } from './record.js';
import type { CircuitStatus } from './retry/circuit.js';

/** A batch whose outcomes are written and whose offset is committed. */
export interface BatchCommitted extends TopicPartition {
  readonly processed: number;
  /** Written to a retry topic. */
  readonly deferred: number;
  /** Dead letters by reason. */
  readonly deadLettered: ReadonlyMap<DeadLetterReason, number>;
  /** Milliseconds since the epoch: the records' own timestamps, for the latency. */
  readonly timestamps: readonly number[];
  readonly committedAt: number;
}

/** Everything that happens in the transport. One listener of the app turns it into logs and metrics. */
export interface TransportEventMap {
  /** The topics were looked at, and created where they were missing. */
  topics: [TopicReport];
  committed: [BatchCommitted];
  /** The batch was not written and is done again after `retryInMs`. */
  'batch-failed': [TopicPartition & { readonly error: string; readonly retryInMs: number }];
  /** A batch went to the handler and came back, in seconds. */
  handled: [{ readonly records: number; readonly seconds: number }];
  /** Records called again after a passing failure. */
  retried: [{ readonly records: number; readonly attempt: number }];
  transaction: [{ readonly outcome: TransactionOutcome }];
  /** A commit was not answered; asked again, the coordinator has committed it. */
  'commit-repeated': [TopicPartition];
  /** Brokers had lost the end of a former transaction, and have it again. */
  'lost-markers': [LostMarkers];
  joined: [{ readonly partitions: number }];
  left: [];
  /** The group still counts this instance in as it was, after all. */
  stayed: [];
  /** The broker or the group could not be reached and is tried again; told after every try. */
  disconnected: [{ readonly error: string }];
  /** Nothing is tried any more: the process has to end. */
  fatal: [{ readonly error: Error }];
  /**
   * The offset `from` is no longer in the partition, which goes on from `to`, at once or when an operator
   * resumes. `gone` counts the events in between; undefined where that cannot be told.
   */
  'offset-out-of-range': [
    TopicPartition & {
      readonly from: bigint;
      readonly to: bigint;
      readonly gone: bigint | undefined;
      readonly goesOn: boolean;
    },
  ];
  /** An operator lets everything go on that waited for one. */
  resumed: [];
  /** A circuit opened, closed, or lets a trial through. */
  circuit: [CircuitStatus];
  /** So many of the events of the last minute were dead-lettered; told once per flood. */
  flood: [{ readonly events: number; readonly rejected: number }];
  undeliverable: [TopicPartition & { readonly offset: string; readonly target: string }];
}

export class TransportEvents extends EventEmitter<TransportEventMap> {}
