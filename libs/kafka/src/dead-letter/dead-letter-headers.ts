import { HEADERS, isReservedHeader, type DeadLetterReason, type Violation } from '@pipeline/contracts';
import { eachHeader, headerBlock } from '../driver/codec/header-block.js';
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

/** What is known of a record's life before it was read this time. */
export interface FormerLife {
  readonly first: FirstOrigin;
  readonly replay: Replay | undefined;
}

/**
 * Where a record came from at first, how often it was tried before it was read from there, and whether it was
 * replayed: believed where it is proved, and on our own retry topics.
 */
export function formerLifeOf(record: InputRecord, origin: Origin): FormerLife {
  const { topic, partition, isRetry, replays } = origin;
  const here = { topic, partition, offset: record.offset, timestamp: record.timestamp, attempts: 0 };
  if (isRetry) return { first: firstOriginOf(record, here), replay: replayIn(record) };
  const replay = replays?.verify(record);
  return { first: replay ? { ...replay.from, attempts: 0 } : here, replay };
}

/**
 * The headers of dead letters of one verdict. What letters of the same source have in common is encoded once, and
 * dies with this.
 */
export class LetterHeaders {
  private source: Pick<FirstOrigin, 'topic' | 'partition' | 'attempts'> | undefined;
  private blocks: readonly HeaderBlock[] = [];

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
    const [untilPartition, untilOffset, last] = this.blocksOf(first) as [
      HeaderBlock,
      HeaderBlock,
      HeaderBlock,
    ];
    return [
      ...carriedHeaders(record),
      untilPartition,
      [HEADERS.springOffset, int64(first.offset)],
      [HEADERS.springTimestamp, int64(first.timestamp)],
      untilOffset,
      [HEADERS.connectOffset, text(first.offset)],
      last,
      ...(replay ? replayHeaders(replay) : []),
    ];
  }

  private blocksOf(first: FirstOrigin): readonly HeaderBlock[] {
    const { source } = this;
    const isSame =
      source?.partition === first.partition &&
      source.topic === first.topic &&
      source.attempts === first.attempts;
    if (!isSame) {
      this.source = first;
      this.blocks = commonHeaders(first, this.origin.groupId, this.verdict).map(headerBlock);
    }
    return this.blocks;
  }
}

function commonHeaders(
  { topic, partition, attempts }: FirstOrigin,
  groupId: string,
  verdict: Verdict,
): readonly KafkaHeader[][] {
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
  const core = eachHeader(headers)
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
