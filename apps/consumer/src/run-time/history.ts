import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { KafkaBatchServer, TransportEvents } from '@pipeline/kafka';

/** What this instance did in five seconds, and how far behind it was at their end. */
export interface HistorySample {
  /** ISO 8601. */
  readonly at: string;
  readonly eventsPerSecond: number;
  readonly deadLettersPerSecond: number;
  readonly lagMessages: number;
  /** Of the partition that is most behind. */
  readonly lagSeconds: number;
}

/** Events per second. */
export interface Throughput {
  /** Those that left, dead letters included. */
  readonly processed: number;
  readonly deadLettered: number;
}

const EVERY_MS = 5_000;
const SAMPLES = (15 * 60_000) / EVERY_MS;
const MINUTE = 60_000 / EVERY_MS;

/** The last 15 minutes of this instance, and its rebalances. Counts per batch; the hot path has nothing to do. */
@Injectable()
export class History implements OnModuleInit, OnApplicationShutdown {
  private readonly samples: HistorySample[] = [];
  private timer: NodeJS.Timeout | undefined;
  private events = 0;
  private deadLetters = 0;
  private joins = 0;
  private takenAt = performance.now();

  constructor(
    private readonly transport: TransportEvents,
    private readonly server: KafkaBatchServer,
  ) {}

  get rebalances(): number {
    return this.joins;
  }

  onModuleInit(): void {
    this.transport.on('committed', ({ processed, deadLettered }) => {
      const dead = [...deadLettered.values()].reduce((sum, count) => sum + count, 0);
      this.events += processed + dead;
      this.deadLetters += dead;
    });
    this.transport.on('joined', () => this.joins++);
    this.timer = setInterval(() => this.sample(), EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Oldest first. */
  list(): readonly HistorySample[] {
    return this.samples;
  }

  /** Over the last minute, as far as it is known. */
  throughput(): Throughput {
    const last = this.samples.slice(-MINUTE);
    const mean = (of: (sample: HistorySample) => number) =>
      last.length === 0 ? 0 : last.reduce((sum, sample) => sum + of(sample), 0) / last.length;
    return {
      processed: mean(({ eventsPerSecond }) => eventsPerSecond),
      deadLettered: mean(({ deadLettersPerSecond }) => deadLettersPerSecond),
    };
  }

  private sample(): void {
    const now = performance.now();
    const seconds = Math.max(0.001, (now - this.takenAt) / 1_000);
    const { partitions } = this.server.describe();
    this.samples.push({
      at: new Date().toISOString(),
      eventsPerSecond: this.events / seconds,
      deadLettersPerSecond: this.deadLetters / seconds,
      lagMessages: partitions.reduce((sum, { lagMessages }) => sum + lagMessages, 0),
      lagSeconds: Math.max(0, ...partitions.map(({ lagSeconds }) => lagSeconds)),
    });
    if (this.samples.length > SAMPLES) this.samples.shift();
    this.events = 0;
    this.deadLetters = 0;
    this.takenAt = now;
  }
}
