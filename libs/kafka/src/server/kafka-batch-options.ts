import type { ReplayKeys } from '../dead-letter/replay.js';
import type { TopicSpec } from '../driver/topics.js';
import type { Route } from './routes.js';

export interface KafkaBatchOptions {
  readonly groupId: string;
  /** Topics by the symbolic names that handlers use. */
  readonly routes: Readonly<Record<string, Route>>;
  readonly createTopics: readonly TopicSpec[];
  readonly fromBeginning: boolean;
  /** Where the next offset is no longer in the topic: go on, rather than wait for an operator. */
  readonly resetLostPositions: boolean;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly concurrency: number;
  /** Milliseconds that events of a batch are begun for, where processing waits on something outside. */
  readonly batchBudgetMs: number;
  /** Milliseconds that the handling of one event may take, in handlers of single events. */
  readonly eventTimeoutMs: number;
  /** Milliseconds that a fetch waits for more records. */
  readonly lingerMs: number;
  /** Bytes of one answer of a broker. */
  readonly fetchMaxBytes: number;
  /** Bytes of one partition in it. */
  readonly partitionFetchBytes: number;
  /** Partitions whose batches are worked on at once. */
  readonly concurrentPartitions: number;
  readonly shutdownTimeoutMs: number;
  /** What this instance tells the others of the group of itself. */
  readonly memberData?: Buffer;
  /** By which replays are told from forgeries; without them no replay is believed. */
  readonly replays?: ReplayKeys;
  /** What has to be known before the group is joined. @throws AbortedError when the signal is aborted */
  readonly beforeJoining?: (signal: AbortSignal) => Promise<void>;
}
