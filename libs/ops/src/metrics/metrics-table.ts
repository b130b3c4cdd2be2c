import type { DeadLetterReason } from '@pipeline/contracts';

/** What one metric is: its registration and its line in docs/metrics.md come from here. */
export interface MetricDefinition {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly app: 'consumer' | 'producer' | 'both';
  readonly help: string;
  /**
   * Label names with the values they take. No values are listed where they are known only at run time; those
   * that are listed are for a counter with this one label.
   */
  readonly labels: Readonly<Record<string, readonly string[]>>;
  /** Upper bounds of a histogram, in its unit. */
  readonly buckets?: readonly number[];
}

/** Written as a record, so that the compiler misses a reason that is not here. */
const REASONS: Record<DeadLetterReason, true> = {
  MALFORMED_JSON: true,
  VALIDATION_FAILED: true,
  OUTPUT_TOO_LARGE: true,
  RETRIES_EXHAUSTED: true,
  PROCESSING_FAILED: true,
  EVENT_TIMEOUT: true,
};

/**
 * Every metric of the pipeline, apart from those of the process itself. Names follow Prometheus' conventions:
 * counters end in `_total`, units are base units.
 *
 * @publicApi
 */
export const METRICS = {
  kafka_messages_processed_total: {
    type: 'counter',
    app: 'consumer',
    help: 'Events whose outcome is committed: written to the output topic, dead-lettered, or written to a retry topic, from where they are counted again.',
    labels: { result: ['success', 'dlq', 'retry'] },
  },
  kafka_processing_duration_seconds: {
    type: 'histogram',
    app: 'consumer',
    help: 'Time from handing a fetched batch to the handler until each of its events has an outcome, retries included.',
    labels: {},
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  pipeline_event_latency_seconds: {
    type: 'histogram',
    app: 'consumer',
    help: "Time from an event's record timestamp to the commit of its output or dead letter, waits in retry topics included.",
    labels: {},
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600],
  },
  pipeline_consumer_lag_messages: {
    type: 'gauge',
    app: 'consumer',
    help: 'Records of an assigned partition that are not yet processed.',
    labels: { topic: [], partition: [] },
  },
  pipeline_consumer_lag_seconds: {
    type: 'gauge',
    app: 'consumer',
    help: 'Age of the next record to read from an assigned partition; 0 without lag.',
    labels: { topic: [], partition: [] },
  },
  pipeline_dlq_total: {
    type: 'counter',
    app: 'consumer',
    help: 'Dead letters written and committed, by reason.',
    labels: { reason: Object.keys(REASONS) },
  },
  pipeline_paused: {
    type: 'gauge',
    app: 'both',
    help: '1 while this instance is paused as a whole, by an operator or, the consumer, by an open circuit or a flood, else 0.',
    labels: {},
  },
  pipeline_pause_remaining_seconds: {
    type: 'gauge',
    app: 'consumer',
    help: 'Until the pause of this instance as a whole by operators ends by itself; +Inf without an end, 0 while there is none.',
    labels: {},
  },
  pipeline_control_records_total: {
    type: 'counter',
    app: 'consumer',
    help: 'Records read from the control topic, by what became of them: only `applied` ones have an effect.',
    labels: { result: ['applied', 'unchanged', 'stale', 'newer', 'foreign', 'garbage', 'forged'] },
  },
  pipeline_audit_records_total: {
    type: 'counter',
    app: 'consumer',
    help: 'Entries of the audit: written to its topic, dropped because it could not be written (they are in the log), or read and ignored because they are none.',
    labels: { result: ['written', 'dropped', 'ignored'] },
  },
  pipeline_rebalances_total: {
    type: 'counter',
    app: 'consumer',
    help: 'How often this instance joined its group and was assigned partitions anew.',
    labels: {},
  },
  pipeline_transactions_total: {
    type: 'counter',
    app: 'consumer',
    help: 'Kafka transactions that ended, by outcome; after an unknown outcome the committed offset decides.',
    labels: { outcome: ['committed', 'aborted', 'unknown'] },
  },
  pipeline_batch_failures_total: {
    type: 'counter',
    app: 'consumer',
    help: 'Batches whose outcomes could not be written and that were done again.',
    labels: {},
  },
  pipeline_offset_out_of_range_total: {
    type: 'counter',
    app: 'consumer',
    help: 'How often the offset to go on from was no longer in the topic: events are gone, see the log.',
    labels: { topic: [], partition: [] },
  },
  pipeline_retries_total: {
    type: 'counter',
    app: 'consumer',
    help: 'Events that were handed to the handler again, in place, after a passing failure.',
    labels: {},
  },
  pipeline_circuit_state: {
    type: 'gauge',
    app: 'consumer',
    help: 'State of the circuits around the steps, the worst of them: 0 closed, 1 half-open, 2 open.',
    labels: {},
  },
  pipeline_dlq_flood: {
    type: 'gauge',
    app: 'consumer',
    help: '1 while more than DLQ_FLOOD_RATIO of the events of the last minute, at least 1,000, are dead letters, and for a minute after, else 0.',
    labels: {},
  },
  pipeline_dlq_floods_total: {
    type: 'counter',
    app: 'consumer',
    help: 'How often such a flood began.',
    labels: {},
  },
  pipeline_dead_letters: {
    type: 'gauge',
    app: 'consumer',
    help: 'Dead letters in the topic, by reason, as far as the index knows them: it is built when somebody first asks for dead letters, and nothing is told before.',
    labels: { reason: [] },
  },
  pipeline_dead_letter_oldest_seconds: {
    type: 'gauge',
    app: 'consumer',
    help: 'Age of the oldest dead letter that the index knows and that is neither replayed nor parked; 0 without one.',
    labels: {},
  },
  pipeline_replays_total: {
    type: 'counter',
    app: 'consumer',
    help: 'Dead letters that an operation of this instance replayed, parked, or refused because they are gone, too large or not to go to where they came from.',
    labels: { outcome: ['replayed', 'parked', 'refused'] },
  },
  producer_events_total: {
    type: 'counter',
    app: 'producer',
    help: 'Generated events that Kafka has acknowledged.',
    labels: { valid: ['true', 'false'] },
  },
  producer_send_failures_total: {
    type: 'counter',
    app: 'producer',
    help: 'Sends that failed and were tried again with the same events.',
    labels: {},
  },
  producer_backlog_events: {
    type: 'gauge',
    app: 'producer',
    help: 'Generated events that wait for their acknowledgement.',
    labels: {},
  },
} as const satisfies Record<string, MetricDefinition>;

type Table = typeof METRICS;

export type MetricName = keyof Table;

/** The names of all metrics of one type. */
export type MetricsOfType<Type extends MetricDefinition['type']> = {
  [Name in MetricName]: Table[Name]['type'] extends Type ? Name : never;
}[MetricName];

export type LabelsOf<Name extends MetricName> = Extract<keyof Table[Name]['labels'], string>;
