import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { Circuits, FloodWatch, KafkaBatchServer, TransportEvents, type CircuitStatus } from '@pipeline/kafka';
import { Metrics, RepeatedWarning } from '@pipeline/ops';
import { FailureLog } from './failure-log.js';

/** As pipeline_circuit_state numbers them. */
const CIRCUIT_STATES: readonly CircuitStatus['state'][] = ['closed', 'half-open', 'open'];

/** Turns what happens in the transport into log lines and metrics. Only its end, `fatal`, is bootstrap.ts's to log. */
@Injectable()
export class Telemetry implements OnModuleInit {
  private readonly logger = new Logger('Kafka');
  private readonly failureLog = new FailureLog(this.logger);
  private readonly unreachable = new RepeatedWarning(this.logger);

  constructor(
    private readonly events: TransportEvents,
    private readonly metrics: Metrics,
    private readonly server: KafkaBatchServer,
    private readonly circuits: Circuits,
    private readonly flood: FloodWatch,
  ) {}

  onModuleInit(): void {
    this.countBatches();
    this.logChanges();
    this.logFailuresOutside();
    this.collectGauges();
  }

  private countBatches(): void {
    const results = this.metrics.counter('kafka_messages_processed_total');
    const deadLetters = this.metrics.counter('pipeline_dlq_total');
    const latency = this.metrics.histogram('pipeline_event_latency_seconds');
    const duration = this.metrics.histogram('kafka_processing_duration_seconds');
    const retries = this.metrics.counter('pipeline_retries_total');
    this.events.on('committed', ({ processed, deferred, deadLettered, timestamps, committedAt }) => {
      results.inc({ result: 'success' }, processed);
      results.inc({ result: 'retry' }, deferred);
      for (const [reason, count] of deadLettered) {
        results.inc({ result: 'dlq' }, count);
        deadLetters.inc({ reason }, count);
      }
      latency.observeAll(timestamps.map((timestamp) => Math.max(0, committedAt - timestamp) / 1_000));
    });
    const transactions = this.metrics.counter('pipeline_transactions_total');
    this.events.on('transaction', ({ outcome }) => transactions.inc({ outcome }));
    this.events.on('handled', ({ seconds }) => duration.observe(seconds));
    this.events.on('retried', ({ records }) => retries.inc(records));
  }

  private logChanges(): void {
    const rebalances = this.metrics.counter('pipeline_rebalances_total');
    const failures = this.metrics.counter('pipeline_batch_failures_total');
    this.events.on('topics', ({ created, differences }) => {
      if (created.length > 0) this.logger.log(`created topics: ${created.join(', ')}`);
      for (const difference of differences) this.logger.warn(`an existing topic differs: ${difference}`);
    });
    this.events.on('joined', ({ partitions }) => {
      this.unreachable.over();
      rebalances.inc();
      this.failureLog.reassigned(this.server.describe().partitions);
      this.logger.log(`joined the group with ${String(partitions)} partitions`);
    });
    this.events.on('left', () => this.logger.log('left the group or rejoins it'));
    this.events.on('stayed', () => this.logger.log('is in the group as before'));
    this.events.on('disconnected', ({ error }) =>
      this.unreachable.say(error, `Kafka is of no use yet, trying again: ${error}`),
    );
    this.events.on('batch-failed', ({ error, ...where }) => {
      failures.inc();
      this.failureLog.failed(where, error);
    });
    this.events.on('committed', (batch) => this.failureLog.succeeded(batch));
    this.events.on('commit-repeated', ({ topic, partition }) =>
      this.logger.log(
        `a commit of ${topic}/${String(partition)} was not answered, and had to be asked for again`,
      ),
    );
    this.events.on('lost-markers', ({ transactionalId, outcome, partitions }) =>
      this.logger.warn(
        `brokers had lost the end of the transaction ${transactionalId}: it is ${outcome} now, records in ${String(partitions)} partitions`,
      ),
    );
    const lost = this.metrics.counter('pipeline_offset_out_of_range_total');
    this.events.on('offset-out-of-range', ({ topic, partition, from, to, gone, goesOn }) => {
      lost.inc({ topic, partition });
      const count =
        gone === undefined ? 'how many events are gone cannot be told' : `${String(gone)} events are gone`;
      this.logger.error(
        `offset ${String(from)} of ${topic}/${String(partition)} is out of range: ${count}. ` +
          (goesOn
            ? `It goes on from ${String(to)}`
            : `It is paused; POST /admin/resume lets it go on from ${String(to)}`),
      );
    });
    this.events.on('undeliverable', ({ topic, partition, offset, target }) =>
      this.logger.error(
        `${topic}/${String(partition)} is paused: the dead letter of offset ${offset} does not fit ${target} in any form. ` +
          'Raise max.message.bytes of that topic, then POST /admin/resume',
      ),
    );
  }

  private logFailuresOutside(): void {
    this.events.on('circuit', ({ name, state }) => {
      if (state === 'open')
        this.logger.warn(`the circuit of ${name} is open: events wait until a trial succeeds`);
      else if (state === 'half-open')
        this.logger.log(`the circuit of ${name} is half-open: the next event is a trial`);
      else this.logger.log(`the circuit of ${name} is closed: events are processed again`);
    });
    const floods = this.metrics.counter('pipeline_dlq_floods_total');
    this.events.on('flood', ({ events, rejected }) => {
      floods.inc();
      this.logger.error(
        `${String(rejected)} of the ${String(events)} events of the last minute are dead letters: is a new release of their producer at fault?`,
      );
    });
  }

  private collectGauges(): void {
    const messages = this.metrics.gauge('pipeline_consumer_lag_messages');
    const seconds = this.metrics.gauge('pipeline_consumer_lag_seconds');
    const paused = this.metrics.gauge('pipeline_paused');
    const circuit = this.metrics.gauge('pipeline_circuit_state');
    const flooded = this.metrics.gauge('pipeline_dlq_flood');
    // A scrape asks every gauge in turn; reading the state for the first of them serves all.
    const collect = () => {
      const status = this.server.describe();
      messages.reset();
      seconds.reset();
      for (const { topic, partition, lagMessages, lagSeconds } of status.partitions) {
        messages.set({ topic, partition }, lagMessages);
        seconds.set({ topic, partition }, lagSeconds);
      }
      paused.set(status.pausedBy.length > 0 ? 1 : 0);
      circuit.set(Math.max(0, ...this.circuits.describe().map(({ state }) => CIRCUIT_STATES.indexOf(state))));
      flooded.set(this.flood.isFlooded ? 1 : 0);
    };
    Object.assign(messages, { collect });
  }
}
