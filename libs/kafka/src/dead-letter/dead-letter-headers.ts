import { HEADERS, isReservedHeader, type DeadLetterReason, type Violation } from '@pipeline/contracts';
import { flatHeaders, headerBlock } from '../driver/codec/header-block.js';
import type { HeaderBlock, InputRecord, KafkaHeader, OutgoingHeaders } from '../record.js';
import { firstOriginOf, type FirstOrigin } from '../retry/retry-headers.js';
import { int32, int64, text } from './header-bytes.js';
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

/** Where a record of one of our retry topics came from at first, and how often it was tried before. */
export const firstOfRetry = (record: InputRecord, origin: Origin): FirstOrigin =>
  firstOriginOf(record, hereOf(record, origin));

const hereOf = ({ offset, timestamp }: InputRecord, { topic, partition }: Origin): FirstOrigin => ({
  topic,
  partition,
  offset,
  timestamp,
  attempts: 0,
});

/**
 * Where any record came from at first, how often it was tried before it was read from there, and whether it was
 * replayed: believed where it is proved, and on our own retry topics.
 */
export function formerLifeOf(
  record: InputRecord,
  origin: Origin,
): { readonly first: FirstOrigin; readonly replay: Replay | undefined } {
  if (origin.isRetry) return { first: firstOfRetry(record, origin), replay: replayIn(record) };
  const replay = origin.replays?.verify(record);
  return { first: replay ? { ...replay.from, attempts: 0 } : hereOf(record, origin), replay };
}

/**
 * The headers of the dead letters of one verdict. What those of one source have in common is encoded once, where they
 * follow each other.
 */
export class LetterHeaders {
  private common: { readonly source: FirstOrigin; readonly blocks: CommonHeaders<HeaderBlock> } | undefined;

  constructor(
    private readonly origin: Origin,
    private readonly verdict: Verdict,
  ) {}

  /**
   * The record's own, then ours, then the family of Spring Kafka's DeadLetterPublishingRecoverer (big-endian:
   * partition 4 bytes, offset and timestamp 8), then Kafka Connect's (all text).
   */
  of(record: InputRecord): OutgoingHeaders {
    const { first, replay } = formerLifeOf(record, this.origin);
    const [beforeSpringOffset, beforeConnectOffset, behind] = this.commonOf(first);
    return [
      ...carriedHeaders(record),
      beforeSpringOffset,
      [HEADERS.springOffset, int64(first.offset)],
      [HEADERS.springTimestamp, int64(first.timestamp)],
      beforeConnectOffset,
      [HEADERS.connectOffset, text(first.offset)],
      behind,
      ...(replay ? replayHeaders(replay) : []),
    ];
  }

  private commonOf(first: FirstOrigin): CommonHeaders<HeaderBlock> {
    const { common } = this;
    if (common && isSameSource(common.source, first)) return common.blocks;
    const [before, between, behind] = commonHeaders(first, this.origin.groupId, this.verdict);
    const encoded = [headerBlock(before), headerBlock(between), headerBlock(behind)] as const;
    this.common = { source: first, blocks: encoded };
    return encoded;
  }
}

const isSameSource = (one: FirstOrigin, other: FirstOrigin): boolean =>
  one.partition === other.partition && one.topic === other.topic && one.attempts === other.attempts;

/** What stands before the offset in Spring's form, between that and Connect's, and behind it. */
type CommonHeaders<T> = readonly [T, T, T];

function commonHeaders(
  { topic, partition, attempts }: FirstOrigin,
  groupId: string,
  verdict: Verdict,
): CommonHeaders<readonly KafkaHeader[]> {
  const { name, message } = verdict.exception;
  return [
    [
      [HEADERS.reason, text(verdict.reason)],
      [HEADERS.violations, text(JSON.stringify(verdict.violations))],
      [HEADERS.attempts, text(String(attempts + verdict.attempts))],
      [HEADERS.failedAt, text(verdict.failedAt.toISOString())],
      [HEADERS.springTopic, text(topic)],
      [HEADERS.springPartition, int32(partition)],
    ],
    [
      [HEADERS.springConsumerGroup, text(groupId)],
      [HEADERS.springExceptionFqcn, text(name)],
      [HEADERS.springExceptionMessage, text(message)],
      [HEADERS.connectTopic, text(topic)],
      [HEADERS.connectPartition, text(String(partition))],
    ],
    [
      [HEADERS.connectExceptionClass, text(name)],
      [HEADERS.connectExceptionMessage, text(message)],
    ],
  ];
}

/**
 * The headers of a letter, then less and less of them, for a topic that does not take all: first only what
 * is needed to replay it, then without the record's own, at last none.
 */
export function* smallerHeaders(record: InputRecord, headers: OutgoingHeaders): Generator<OutgoingHeaders> {
  yield headers;
  const carried = carriedHeaders(record);
  const core = flatHeaders(headers)
    .slice(carried.length)
    .filter(([name]) => CORE.has(name));
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
