/** Names of the headers a dead letter carries. */
export const HEADERS = {
  reason: 'dlq.reason',
  violations: 'dlq.violations',
  attempts: 'dlq.attempts',
  failedAt: 'dlq.failed-at',
  /** How often it has been replayed in all; only on what was. */
  replayCount: 'dlq.replay-count',
  /** The operation that replayed or parked it last. */
  operationId: 'dlq.operation-id',
  /** Shows that the headers of a replay are not forged. */
  replayProof: 'dlq.replay-proof',
  // Spring Kafka's DeadLetterPublishingRecoverer
  springTopic: 'kafka_dlt-original-topic',
  springPartition: 'kafka_dlt-original-partition',
  springOffset: 'kafka_dlt-original-offset',
  springTimestamp: 'kafka_dlt-original-timestamp',
  springConsumerGroup: 'kafka_dlt-original-consumer-group',
  springExceptionFqcn: 'kafka_dlt-exception-fqcn',
  springExceptionMessage: 'kafka_dlt-exception-message',
  // Kafka Connect, errors.deadletterqueue.context.headers.enable
  connectTopic: '__connect.errors.topic',
  connectPartition: '__connect.errors.partition',
  connectOffset: '__connect.errors.offset',
  connectExceptionClass: '__connect.errors.exception.class.name',
  connectExceptionMessage: '__connect.errors.exception.message',
} as const;

/** Names of the headers that a record of a retry topic carries besides its own; all of them are texts. */
export const RETRY_HEADERS = {
  /** Milliseconds since the epoch; it is not handled before. */
  dueAt: 'retry.due-at',
  /** The consumer group that is to try it again: those of one input share its retry topics. */
  group: 'retry.consumer-group',
  /** Calls of the handler so far. */
  attempts: 'retry.attempts',
  // Where it came from at first.
  topic: 'retry.original-topic',
  partition: 'retry.original-partition',
  offset: 'retry.original-offset',
  timestamp: 'retry.original-timestamp',
  /** Class and text of the last error. */
  error: 'retry.error',
} as const;

const RESERVED_PREFIXES = ['dlq.', 'kafka_dlt-', '__connect.errors.', 'retry.'];

/** Headers that only the pipeline itself may write. On fresh input they are forged, and dropped. */
export const isReservedHeader = (name: string): boolean =>
  RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix));
