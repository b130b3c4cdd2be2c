import { describeAccessFailure, type AccessFailure } from '../driver/security/access-failure.js';
import type { TopicPartition } from '../record.js';
import { recordsBehind, type Assignment, type PartitionState } from './partition-state.js';
import type { PauseReason, PauseRegistry } from './pause-registry.js';
import type { StallWatch } from './stall-watch.js';

interface PartitionStatus extends TopicPartition {
  /** Offset of the next record to take, decimal; null until a fetch has shown it. */
  readonly position: string | null;
  readonly lagMessages: number;
  readonly lagSeconds: number;
  /** For how long it has had work without any progress; 0 while it is paused, but for `backing-off`. */
  readonly stalledSeconds: number;
  /** Why it takes nothing; empty while it runs. */
  readonly pausedBy: readonly PauseReason[];
}

export interface TransportStatus {
  /** A member of the group whose heartbeats are answered. */
  readonly member: boolean;
  readonly brokerAnswers: boolean;
  /** What of TLS, authentication or authorization fails, in words; empty while nothing does. */
  readonly refused: readonly string[];
  /** Why the whole instance takes nothing; empty while it runs. */
  readonly pausedBy: readonly PauseReason[];
  readonly partitions: readonly PartitionStatus[];
}

export function describeTransport(
  assignment: Assignment,
  pauses: PauseRegistry,
  stalls: StallWatch,
  {
    refused,
    ...group
  }: Pick<TransportStatus, 'member' | 'brokerAnswers'> & {
    readonly refused: readonly (AccessFailure | undefined)[];
  },
): TransportStatus {
  const now = Date.now();
  const failures = [...refused, ...assignment.all().map(({ refusal }) => refusal)];
  return {
    ...group,
    refused: [...new Set(failures.flatMap((failure) => (failure ? [describeAccessFailure(failure)] : [])))],
    pausedBy: pauses.reasonsOf(),
    partitions: assignment.all().map((state) => describePartition(state, pauses, stalls, now)),
  };
}

function describePartition(
  state: PartitionState,
  pauses: PauseRegistry,
  stalls: StallWatch,
  now: number,
): PartitionStatus {
  const { topic, partition, position, nextTimestamp = now } = state;
  const lagMessages = Number(recordsBehind(state));
  return {
    topic,
    partition,
    position: position === undefined ? null : String(position),
    lagMessages,
    lagSeconds: lagMessages === 0 ? 0 : Math.max(0, now - nextTimestamp) / 1_000,
    stalledSeconds: stalls.stalledMs(state) / 1_000,
    pausedBy: pauses.reasonsOf(state),
  };
}
