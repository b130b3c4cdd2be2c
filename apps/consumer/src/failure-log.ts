import type { Logger } from '@nestjs/common';

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
  private readonly told = new Set<string>();
  private count = 0;

  constructor(private readonly logger: Pick<Logger, 'warn' | 'log' | 'debug'>) {}

  failed(where: TopicPartition, error: string): void {
    this.failing.add(nameOf(where));
    this.count++;
    const line = `a batch of ${nameOf(where)} cannot be written and is done again: ${error}`;
    if (this.told.has(error)) this.logger.debug(line);
    else this.logger.warn(line);
    this.told.add(error);
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
    this.told.clear();
    this.count = 0;
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${String(partition)}`;
