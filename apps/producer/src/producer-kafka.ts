import { Logger } from '@nestjs/common';
import {
  abortableDelay,
  accessDelayMs,
  accessFailure,
  AbortedError,
  BrokerProbe,
  connect,
  describeAccessFailure,
  describeError,
  ensureTopics,
  MissingTopicError,
  topicSpecs,
  untilAborted,
  type AccessFailure,
  type Kafka,
} from '@pipeline/kafka';
import { RepeatedWarning } from '@pipeline/ops';
import type { ProducerConfig } from './config.js';

const RETRY_MS = 1_000;

/** The producer's connection: waits for a broker and the topic, and knows whether the broker answers. */
export class ProducerKafka {
  readonly kafka: Kafka;
  readonly probe: BrokerProbe;
  private refusal: AccessFailure | undefined;
  private readonly unreachable = new RepeatedWarning(new Logger('Kafka'));

  constructor(private readonly config: ProducerConfig) {
    const logger = new Logger('Kafka');
    this.kafka = connect(config, {
      clientId: `${config.projectName}-producer`,
      onSecurityNotice: (level, notice) => logger[level](notice),
    });
    this.probe = new BrokerProbe(
      this.kafka,
      () => [],
      () => undefined,
    );
  }

  /** Resolves at once when the signal is aborted. @throws MissingTopicError */
  async prepare(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        // One attempt takes the driver many seconds while nobody answers.
        await untilAborted(this.createTopics(), signal);
        this.note();
        return;
      } catch (error) {
        if (error instanceof AbortedError) return;
        if (error instanceof MissingTopicError) throw error;
        const cause = describeError(error);
        this.unreachable.say(cause, `Kafka is of no use yet, trying again: ${cause}`);
        this.note(error);
        await abortableDelay(this.refusal ? accessDelayMs(attempt) : RETRY_MS, signal);
      }
    }
  }

  /** What of TLS, authentication or authorization fails, in words; empty while nothing does. */
  refused(): string[] {
    const failures = [this.probe.refusal, this.refusal];
    return [...new Set(failures.flatMap((failure) => (failure ? [describeAccessFailure(failure)] : [])))];
  }

  /** To be told how every use of the connection ended. */
  note(error?: unknown): void {
    this.refusal = accessFailure(error);
  }

  private createTopics(): Promise<unknown> {
    return ensureTopics(this.kafka, topicSpecs(this.config), [this.config.inputTopic]);
  }
}
