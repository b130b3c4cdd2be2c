import { Logger } from '@nestjs/common';
import {
  abortableDelay,
  AbortedError,
  BrokerProbe,
  createKafka,
  describeError,
  ensureTopics,
  MissingTopicError,
  topicSpecs,
  untilAborted,
  type Kafka,
} from '@pipeline/kafka';
import { RepeatedWarning } from '@pipeline/ops';
import type { ProducerConfig } from './config.js';

const RETRY_MS = 1_000;

/** The producer's connection: waits for a broker and the topic, and knows whether the broker answers. */
export class ProducerKafka {
  readonly kafka: Kafka;
  readonly probe: BrokerProbe;
  private readonly unreachable = new RepeatedWarning(new Logger('Kafka'));

  constructor(private readonly config: ProducerConfig) {
    this.kafka = createKafka({
      brokers: config.brokers,
      clientId: `${config.projectName}-producer`,
      socketTimeoutMs: config.socketTimeout,
      fastEncoder: config.fastEncoder,
    });
    this.probe = new BrokerProbe(
      this.kafka,
      () => [],
      () => undefined,
    );
  }

  /** Resolves at once when the signal is aborted. @throws MissingTopicError */
  async prepare(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        // One attempt takes the driver many seconds while nobody answers.
        await untilAborted(this.createTopics(), signal);
        return;
      } catch (error) {
        if (error instanceof AbortedError) return;
        if (error instanceof MissingTopicError) throw error;
        const cause = describeError(error);
        this.unreachable.say(cause, `Kafka is of no use yet, trying again: ${cause}`);
        await abortableDelay(RETRY_MS, signal);
      }
    }
  }

  private createTopics(): Promise<unknown> {
    return ensureTopics(this.kafka, topicSpecs(this.config), [this.config.inputTopic]);
  }
}
