import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { abortableDelay, describeError, type OutgoingRecord, type RecordProducer } from '@pipeline/kafka';
import type { Metrics } from '@pipeline/ops';
import type { GeneratedEvent, LoginGenerator } from './login-generator.js';

export interface StreamOptions {
  readonly topic: string;
  /** Events per second. */
  readonly rate: number;
  /** Events in all; 0 without end. */
  readonly count: number;
  readonly burstSize: number;
  /** Milliseconds. */
  readonly burstInterval: number;
}

const TICK_MS = 20;
/** Bounds a send, and with it what is held while Kafka is slow or gone. */
const MAX_BATCH = 5_000;
/** After a delay at most this much of the rate is made up for at once. */
const MAX_CATCH_UP_SECONDS = 1;
const RETRY_DELAYS_MS = [100, 500, 1_000, 2_000];

/**
 * Generates events at a rate and writes them, one batch after the other. While Kafka does not take a batch
 * nothing further is generated, and the batch is tried again until it is acknowledged.
 */
@Injectable()
export class EventStream implements BeforeApplicationShutdown {
  private readonly logger = new Logger(EventStream.name);
  private readonly stopped = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private sent = 0;
  private rate: number;
  private paused = false;

  constructor(
    private readonly generator: LoginGenerator,
    private readonly producer: RecordProducer,
    private readonly metrics: Metrics,
    private readonly options: StreamOptions,
  ) {
    this.rate = options.rate;
  }

  start(): void {
    this.running = this.run();
  }

  status(): { paused: boolean; rate: number; sent: number; finished: boolean } {
    return { paused: this.paused, rate: this.rate, sent: this.sent, finished: this.left() === 0 };
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    this.metrics.gauge('pipeline_paused').set(paused ? 1 : 0);
  }

  setRate(rate: number): void {
    this.rate = rate;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.running;
    await this.producer.disconnect();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopped;
    let due = 0;
    let last = performance.now();
    let nextBurst = last + this.options.burstInterval;
    while (!this.isStopped() && this.left() > 0) {
      await abortableDelay(TICK_MS, signal);
      const now = performance.now();
      if (!this.paused) due += ((now - last) / 1_000) * this.rate;
      due = Math.min(due, Math.max(1, this.rate * MAX_CATCH_UP_SECONDS));
      last = now;
      if (this.options.burstSize > 0 && now >= nextBurst && !this.paused) {
        due += this.options.burstSize;
        nextBurst = now + this.options.burstInterval;
      }
      while (due >= 1 && this.left() > 0 && !this.isStopped()) {
        const size = Math.min(Math.floor(due), MAX_BATCH, this.left());
        due -= size;
        await this.write(this.generate(size));
      }
    }
    if (this.left() === 0) this.logger.log(`all ${String(this.sent)} events are written`);
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
        this.count(events);
        return;
      } catch (error) {
        this.metrics.counter('producer_send_failures_total').inc();
        if (attempt === 0) this.logger.warn(`Kafka takes no events, trying again: ${describeError(error)}`);
        await abortableDelay(RETRY_DELAYS_MS[attempt] ?? 2_000, this.stopped.signal);
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
