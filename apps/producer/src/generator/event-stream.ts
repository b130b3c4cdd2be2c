import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import {
  abortableDelay,
  accessDelayMs,
  accessFailure,
  describeError,
  withTimeLimit,
  type OutgoingRecord,
  type RecordProducer,
} from '@pipeline/kafka';
import { RepeatedWarning, type Metrics } from '@pipeline/ops';
import type { GeneratedEvent, LoginGenerator } from './login-generator.js';

export interface StreamOptions {
  readonly topic: string;
  /** Events per second. */
  readonly rate: number;
  /** Events in all; 0 without end. */
  readonly count: number;
  /** Events on top at every burst; 0 without bursts. */
  readonly burstSize: number;
  /** Milliseconds. */
  readonly burstInterval: number;
}

const TICK_MS = 20;
/** Bounds a send, and with it what is held while Kafka is slow or gone. */
const MAX_BATCH = 5_000;
/** The rate holds over pauses of the process and of Kafka up to this long; what a longer one cost stays lost. */
const MAX_CATCH_UP_SECONDS = 10;
const RETRY_DELAYS_MS = [100, 500, 1_000, 2_000];
/** How long the batch in hand may take to be acknowledged after a stop. */
const LAST_BATCH_MS = 2_000;

/**
 * Generates events at a rate and writes them, one batch after the other. While Kafka does not take a batch
 * nothing further is generated, and the batch is tried again until it is acknowledged.
 */
@Injectable()
export class EventStream implements BeforeApplicationShutdown {
  private readonly logger = new Logger(EventStream.name);
  private readonly refusal = new RepeatedWarning(this.logger);
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private sent = 0;
  /** Events that are due by now and not yet generated. */
  private due = 0;
  private nextBurst = Infinity;
  private rate: number;
  private paused = false;

  constructor(
    private readonly generator: Pick<LoginGenerator, 'next'>,
    private readonly producer: Pick<RecordProducer, 'send' | 'disconnect'>,
    private readonly metrics: Metrics,
    private readonly options: StreamOptions,
    /** Told how every try to write has ended. */
    private readonly onOutcome: (error?: unknown) => void = () => undefined,
  ) {
    this.rate = options.rate;
  }

  start(): void {
    this.running = this.run();
  }

  status(): { paused: boolean; rate: number; sent: number; finished: boolean } {
    return { paused: this.paused, rate: this.rate, sent: this.sent, finished: this.left() === 0 };
  }

  /** A batch in hand is still written. */
  setPaused(paused: boolean): void {
    this.paused = paused;
    this.metrics.gauge('pipeline_paused').set(paused ? 1 : 0);
  }

  /** What was still due at the old rate is not made up for. */
  setRate(rate: number): void {
    this.rate = rate;
    this.due = 0;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await withTimeLimit(this.running, LAST_BATCH_MS);
    await this.producer.disconnect();
  }

  private async run(): Promise<void> {
    let last = performance.now();
    if (this.options.burstSize > 0) this.nextBurst = last + this.options.burstInterval;
    while (!this.isStopped() && this.left() > 0) {
      await abortableDelay(TICK_MS, this.stopped.signal);
      const now = performance.now();
      const fresh = this.earned(now - last) + this.burst(now);
      if (!this.paused) this.due += fresh;
      last = now;
      await this.writeDue();
    }
    if (this.left() === 0) this.logger.log(`all ${String(this.sent)} events are written`);
  }

  private earned(elapsedMs: number): number {
    const most = Math.max(1, this.rate * MAX_CATCH_UP_SECONDS);
    return Math.min((elapsedMs / 1_000) * this.rate, Math.max(0, most - this.due));
  }

  /** Bursts that were missed are not made up for. */
  private burst(now: number): number {
    if (now < this.nextBurst) return 0;
    while (this.nextBurst <= now) this.nextBurst += this.options.burstInterval;
    return this.options.burstSize;
  }

  private async writeDue(): Promise<void> {
    while (this.due >= 1 && this.left() > 0 && !this.paused && !this.isStopped()) {
      const size = Math.min(Math.floor(this.due), MAX_BATCH, this.left());
      this.due -= size;
      await this.write(this.generate(size));
    }
  }

  private isStopped(): boolean {
    return this.stopped.signal.aborted;
  }

  private left(): number {
    return this.options.count === 0 ? Infinity : this.options.count - this.sent;
  }

  private generate(size: number): GeneratedEvent[] {
    const now = new Date();
    return Array.from({ length: size }, () => this.generator.next(now));
  }

  private async write(events: readonly GeneratedEvent[]): Promise<void> {
    const records = events.map((event) => this.toRecord(event));
    this.metrics.gauge('producer_backlog_events').set(events.length);
    for (let attempt = 0; !this.isStopped(); attempt++) {
      try {
        await this.producer.send(records);
        this.refusal.over();
        this.onOutcome();
        this.count(events);
        return;
      } catch (error) {
        this.metrics.counter('producer_send_failures_total').inc();
        const cause = describeError(error);
        this.refusal.say(cause, `Kafka takes no events, trying again: ${cause}`);
        this.onOutcome(error);
        const delayMs = accessFailure(error) ? accessDelayMs(attempt) : (RETRY_DELAYS_MS[attempt] ?? 2_000);
        await abortableDelay(delayMs, this.stopped.signal);
      }
    }
  }

  private count(events: readonly GeneratedEvent[]): void {
    const valid = events.filter((event) => event.valid).length;
    this.sent += events.length;
    this.metrics.gauge('producer_backlog_events').set(0);
    this.metrics.counter('producer_events_total').inc({ valid: 'true' }, valid);
    this.metrics.counter('producer_events_total').inc({ valid: 'false' }, events.length - valid);
  }

  private toRecord({ key, value }: GeneratedEvent): OutgoingRecord {
    return { topic: this.options.topic, key, value, headers: [], partitionBy: 'key', sourcePartition: 0 };
  }
}
