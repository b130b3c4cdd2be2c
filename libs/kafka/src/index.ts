export { AbortedError, abortableDelay, untilAborted, withTimeLimit } from './abort.js';
export { ReplayKeys, type ReplayedFrom } from './dead-letter/replay.js';
export { AtLeastOnceDelivery } from './delivery/at-least-once.js';
export type { Delivery } from './delivery/delivery.js';
export { ExactlyOnceDelivery } from './delivery/exactly-once.js';
export { writeRecords } from './delivery/write-records.js';
export { TopicLimits } from './delivery/topic-limits.js';
export { BrokerProbe } from './driver/broker-probe.js';
export { CommittedOffsets } from './driver/committed-offsets.js';
export { deleteBefore, offsetsAt } from './driver/delete-records.js';
export { endOffset } from './driver/end-offset.js';
export { describeMembers, type GroupMember } from './driver/group-members.js';
export { createKafka, describeError, isFenced, type Kafka } from './driver/kafka-client.js';
export { accessDelayMs } from './driver/reconnect-delay.js';
export {
  accessFailure,
  describeAccessFailure,
  type AccessFailure,
} from './driver/security/access-failure.js';
export { CONNECTION_CHECKS, connect } from './connection.js';
export { RecordLookup, type FoundRecord } from './driver/record-lookup.js';
export { RecordProducer } from './driver/record-producer.js';
export {
  TopicReader,
  type ReadBatch,
  type ReadRecord,
  type TopicListener,
  type TopicReaderOptions,
} from './driver/topic-reader.js';
export {
  ensureTopics,
  MissingTopicError,
  missingTopics,
  type TopicReport,
  type TopicSpec,
} from './driver/topics.js';
export { TransactionalProducer } from './driver/transactional-producer.js';
export { TransportEvents } from './events.js';
export { DeadLetterInterceptor } from './interceptors/dead-letter.interceptor.js';
export { KeepErrorFilter } from './interceptors/keep-error.filter.js';
export { MetricsInterceptor } from './interceptors/metrics.interceptor.js';
export { RETRY_OPTIONS, RetryInterceptor } from './interceptors/retry.interceptor.js';
export { processed, rejected, type Outcome } from './outcome.js';
export type { InputRecord, KafkaHeader, OutgoingRecord } from './record.js';
export { ownTopics, topicOfGroup } from './own-topics.js';
export { EventTimeoutError, PassingError, PermanentError } from './retry/errors.js';
export type { Circuit, CircuitStatus } from './retry/circuit.js';
export { retryTopics } from './retry/retry-topics.js';
export { BatchContext } from './server/batch-context.js';
export { EachEvent } from './server/each-event.decorator.js';
export { Circuits } from './server/circuits.js';
export { failed, handleEachRecord } from './server/each-record.js';
export { FloodWatch } from './server/flood-watch.js';
export { KAFKA_BATCH, KafkaBatchServer } from './server/kafka-batch.server.js';
export type { PauseReason } from './server/pause-registry.js';
export type { TransportStatus } from './server/transport-status.js';
export {
  CONSUMER_GROUP_CHECKS,
  CONSUMER_GROUP_SETTINGS,
  KAFKA_SETTINGS,
  RETRY_CHECKS,
  TOPIC_CHECKS,
} from './settings.js';
export { topicSpecs } from './topic-specs.js';
