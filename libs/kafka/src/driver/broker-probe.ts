import type { Admin, Kafka } from 'kafkajs';
import { abortableDelay, withTimeLimit } from '../abort.js';
import { accessDelayMs } from './reconnect-delay.js';
import { accessFailure, type AccessFailure } from './security/access-failure.js';

export interface PartitionEnd {
  readonly topic: string;
  readonly partition: number;
  readonly highWatermark: bigint;
}

const INTERVAL_MS = 2_000;

/** Asks the brokers at regular times whether they answer, and for the ends of the partitions of some topics. */
export class BrokerProbe {
  private stopped = false;
  /** The wait for the next question. */
  private waiting = new AbortController();
  private admin: Admin | undefined;
  private loop: Promise<void> = Promise.resolve();
  private answering = false;
  private outdated = false;
  private refused: AccessFailure | undefined;
  private refusals = 0;

  constructor(
    private readonly kafka: Kafka,
    private readonly topics: () => readonly string[],
    private readonly onEnds: (ends: readonly PartitionEnd[]) => void,
    private readonly onSilence: () => void = () => undefined,
  ) {}

  /** Whether the last question was answered. */
  get isAnswering(): boolean {
    return this.answering;
  }

  /** Why the brokers may not be asked; undefined while they may. */
  get refusal(): AccessFailure | undefined {
    return this.refused;
  }

  start(): void {
    this.loop = this.run();
  }

  /** What is known of the topics is asked for anew, at once: topics or partitions may have been added. */
  refresh(): void {
    this.outdated = true;
    this.waiting.abort();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.waiting.abort();
    await withTimeLimit(Promise.all([this.loop, this.disconnect()]), 2_000);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.ask();
        this.answering = true;
        this.refused = undefined;
        this.refusals = 0;
      } catch (error) {
        this.refused = accessFailure(error);
        // A broker that says what may not be done has answered.
        this.answering = this.refused?.kind === 'authorization';
        this.onSilence();
        await this.disconnect();
      }
      await this.wait(this.refused ? accessDelayMs(this.refusals++) : INTERVAL_MS);
    }
  }

  private async wait(ms: number): Promise<void> {
    if (this.outdated || this.stopped) return;
    this.waiting = new AbortController();
    await abortableDelay(ms, this.waiting.signal);
  }

  private async ask(): Promise<void> {
    if (this.outdated) {
      this.outdated = false;
      await this.disconnect();
    }
    if (!this.admin) {
      const admin = this.kafka.admin({ retry: { retries: 0 } });
      this.admin = admin;
      await admin.connect();
    }
    const { admin } = this;
    const topics = this.topics();
    if (topics.length === 0) await admin.describeCluster();
    const ends: PartitionEnd[] = [];
    for (const topic of topics) {
      const offsets = await admin.fetchTopicOffsets(topic);
      ends.push(...offsets.map(({ partition, high }) => ({ topic, partition, highWatermark: BigInt(high) })));
    }
    this.onEnds(ends);
  }

  private async disconnect(): Promise<void> {
    const { admin } = this;
    this.admin = undefined;
    if (admin) await withTimeLimit(admin.disconnect(), 1_000);
  }
}
