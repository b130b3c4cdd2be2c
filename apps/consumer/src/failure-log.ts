import type { Logger } from '@nestjs/common';
import { RepeatedWarning } from '@pipeline/ops';

interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Batches that cannot be written are done again and again, in every partition: said once for each kind of
 * error, and once when all is well again.
 */
export class FailureLog {
  private readonly failing = new Set<string>();
  private readonly warning: RepeatedWarning;
  private count = 0;

  constructor(private readonly logger: Pick<Logger, 'warn' | 'log' | 'debug'>) {
    this.warning = new RepeatedWarning(logger);
  }

  failed(where: TopicPartition, error: string): void {
    this.failing.add(nameOf(where));
    this.count++;
    this.warning.say(error, `a batch of ${nameOf(where)} cannot be written and is done again: ${error}`);
  }

  succeeded(where: TopicPartition): void {
    if (this.failing.delete(nameOf(where)) && this.failing.size === 0) {
      this.logger.log(`batches are written again, after ${String(this.count)} failures`);
      this.forget();
    }
  }

  /** The partitions are others now. */
  reassigned(partitions: readonly TopicPartition[]): void {
    const kept = new Set(partitions.map(nameOf));
    for (const key of this.failing) if (!kept.has(key)) this.failing.delete(key);
    if (this.failing.size === 0) this.forget();
  }

  private forget(): void {
    this.warning.over();
    this.count = 0;
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${String(partition)}`;
