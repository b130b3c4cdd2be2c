import { Logger } from '@nestjs/common';
import { abortableDelay, describeError, RecordProducer, withTimeLimit, type Kafka } from '@pipeline/kafka';
import { RepeatedWarning, type AuditEntry } from '@pipeline/ops';
import { encodeAudit } from './audit-record.js';

/** Entries that wait for the topic; the oldest of more are in the log alone. */
const MOST_WAITING = 1_000;
const BATCH = 100;
const RETRY_MS = 1_000;
const LAST_WRITE_MS = 2_000;

interface Options {
  readonly topic: string;
  readonly secret: string | undefined;
  readonly socketTimeoutMs: number;
  readonly onOutcome: (outcome: 'written' | 'dropped', count: number) => void;
}

/** Writes entries to the audit topic, in their order, as soon as it can be written. */
export class AuditWriter {
  private readonly trouble = new RepeatedWarning(new Logger('Audit'));
  private readonly stopping = new AbortController();
  private readonly waiting: AuditEntry[] = [];
  private readonly producer: RecordProducer;
  private writing: Promise<void> | undefined;

  constructor(
    kafka: Kafka,
    private readonly options: Options,
  ) {
    this.producer = new RecordProducer(kafka, options.socketTimeoutMs);
  }

  add(entry: AuditEntry): void {
    this.waiting.push(entry);
    if (this.waiting.length > MOST_WAITING) {
      this.waiting.shift();
      this.options.onOutcome('dropped', 1);
    }
    this.writing ??= this.write();
  }

  /** What waits gets a last chance. */
  async stop(): Promise<void> {
    await withTimeLimit(Promise.resolve(this.writing), LAST_WRITE_MS);
    this.stopping.abort();
    await this.producer.disconnect();
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0 && !this.stopping.signal.aborted) {
      await this.writeWaiting();
      // Commands are rare: no connection is kept for them. What comes while it is closed is written next.
      await this.producer.disconnect();
    }
    this.writing = undefined;
  }

  private async writeWaiting(): Promise<void> {
    const { topic, secret, onOutcome } = this.options;
    while (this.waiting.length > 0 && !this.stopping.signal.aborted) {
      const entries = this.waiting.slice(0, BATCH);
      try {
        await this.producer.send(
          entries.map((entry) => {
            const place = { partitionBy: 'source', sourcePartition: 0 } as const;
            return { topic, key: null, value: encodeAudit(entry, secret), headers: [], ...place };
          }),
        );
        onOutcome('written', entries.length);
        this.trouble.over();
        // Others may have been dropped meanwhile, those that were written perhaps.
        const done = new Set(entries);
        this.waiting.splice(0, this.waiting.length, ...this.waiting.filter((entry) => !done.has(entry)));
      } catch (error) {
        const why = describeError(error);
        this.trouble.say(why, `the audit topic ${topic} cannot be written, entries wait: ${why}`);
        await abortableDelay(RETRY_MS, this.stopping.signal);
      }
    }
  }
}
