import { HEADERS, isReservedHeader, type DeadLetterReason, type Violation } from '@pipeline/contracts';
import type { InputRecord, KafkaHeader } from '../record.js';
import { firstOriginOf, type FirstOrigin } from '../retry/retry-headers.js';
import { int32, int64, isoText, sharedText, text } from './header-bytes.js';
import { replayHeaders, replayIn, type Replay, type ReplayKeys } from './replay.js';

/** Where a record was read from. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly groupId: string;
  /** One of our own retry topics, the only ones whose retry headers are believed. @default false */
  readonly isRetry?: boolean;
  /** By which replays are known on fresh input; without them none is. */
  readonly replays?: Pick<ReplayKeys, 'verify'> | undefined;
}

/** Why a record became a dead letter. */
export interface Verdict {
  readonly reason: DeadLetterReason;
  readonly violations: readonly Violation[];
  /** Calls of the handler since the record was read. */
  readonly attempts: number;
  /** Class and text of the error, for readers of Spring's and Connect's headers. */
  readonly exception: { readonly name: string; readonly message: string };
  readonly failedAt: Date;
}

/** Headers of fresh input that travel on; reserved ones are dropped, because anybody can forge them. */
export function carriedHeaders(record: InputRecord): readonly KafkaHeader[] {
  return record.headers.some(([name]) => isReservedHeader(name))
    ? record.headers.filter(([name]) => !isReservedHeader(name))
    : record.headers;
}

/** Where a record came from at first, and how often it was tried before it was read from there. */
export function firstOf(record: InputRecord, origin: Origin): FirstOrigin {
  const { topic, partition, isRetry, replays } = origin;
  const here = { topic, partition, offset: record.offset, timestamp: record.timestamp, attempts: 0 };
  if (isRetry) return firstOriginOf(record, here);
  const replay = replays?.verify(record);
  return replay ? { ...replay.from, attempts: 0 } : here;
}

/** Whether a record was replayed: believed where it is proved, and on our own retry topics. */
export const replayOf = (record: InputRecord, { isRetry, replays }: Origin): Replay | undefined =>
  isRetry ? replayIn(record) : replays?.verify(record);

/**
 * The headers of a dead letter after the record's own: ours, then the family of Spring Kafka's
 * DeadLetterPublishingRecoverer (big-endian: partition 4 bytes, offset and timestamp 8), then Kafka
 * Connect's (all text).
 */
export function deadLetterHeaders(
  record: InputRecord,
  origin: Origin,
  verdict: Verdict,
): readonly KafkaHeader[] {
  const { name, message } = verdict.exception;
  const first = firstOf(record, origin);
  const replay = replayOf(record, origin);
  const topic = sharedText(first.topic);
  const [exceptionName, exceptionMessage] = [sharedText(name), sharedText(message)];
  return [
    ...carriedHeaders(record),
    [HEADERS.reason, sharedText(verdict.reason)],
    [HEADERS.violations, sharedText(JSON.stringify(verdict.violations))],
    [HEADERS.attempts, sharedText(String(first.attempts + verdict.attempts))],
    [HEADERS.failedAt, isoText(verdict.failedAt.getTime())],
    [HEADERS.springTopic, topic],
    [HEADERS.springPartition, int32(first.partition)],
    [HEADERS.springOffset, int64(first.offset)],
    [HEADERS.springTimestamp, int64(first.timestamp)],
    [HEADERS.springConsumerGroup, sharedText(origin.groupId)],
    [HEADERS.springExceptionFqcn, exceptionName],
    [HEADERS.springExceptionMessage, exceptionMessage],
    [HEADERS.connectTopic, topic],
    [HEADERS.connectPartition, sharedText(String(first.partition))],
    [HEADERS.connectOffset, text(first.offset)],
    [HEADERS.connectExceptionClass, exceptionName],
    [HEADERS.connectExceptionMessage, exceptionMessage],
    ...(replay ? replayHeaders(replay) : []),
  ];
}

/**
 * The headers of a letter, then less and less of them, for a topic that does not take all: first only what
 * is needed to replay it, then without the record's own, at last none.
 */
export function* smallerHeaders(
  record: InputRecord,
  headers: readonly KafkaHeader[],
): Generator<readonly KafkaHeader[]> {
  yield headers;
  const carried = carriedHeaders(record);
  const core = headers.slice(carried.length).filter(([name]) => CORE.has(name));
  yield [...carried, ...core];
  yield core;
  yield [];
}

const CORE: ReadonlySet<string> = new Set([
  HEADERS.reason,
  HEADERS.attempts,
  HEADERS.failedAt,
  HEADERS.springTopic,
  HEADERS.springPartition,
  HEADERS.springOffset,
  HEADERS.springTimestamp,
  HEADERS.replayCount,
  HEADERS.operationId,
]);
