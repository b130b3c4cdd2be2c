import {
  CommittedOffsets,
  describeError,
  TopicReader,
  untilAborted,
  withTimeLimit,
  type Kafka,
  type ReadBatch,
} from '@pipeline/kafka';
import { decodeAudit, type AuditRecord } from './audit-record.js';

/** Entries that are kept to be shown. */
const MOST_ENTRIES = 10_000;
const FIRST_READ_MS = 5_000;

/** An entry with its place in the topic. */
export interface ShownEntry extends AuditRecord {
  readonly offset: bigint;
}

/** The audit topic cannot be read. */
export class AuditUnavailableError extends Error {
  override readonly name = 'AuditUnavailableError';
}

/** The last entries of the audit topic, read at first use and followed from then on. */
export class AuditReader {
  private readonly stopping = new AbortController();
  private readonly atEnd = new AbortController();
  private entries: ShownEntry[] = [];
  private running: Promise<void> | undefined;
  /** Why the last try to read failed. */
  private problem: string | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: {
      readonly topic: string;
      readonly secret: string | undefined;
      /** Told of records that are no entries: garbage, forgeries, other versions. */
      readonly onIgnored: (count: number) => void;
    },
  ) {}

  /** Newest first, those before `cursor`. @throws AuditUnavailableError */
  async page(limit: number, cursor: bigint | undefined): Promise<readonly ShownEntry[]> {
    this.running ??= this.run().finally(() => (this.running = undefined));
    await this.untilRead();
    const end =
      cursor === undefined ? this.entries.length : this.entries.findIndex(({ offset }) => offset >= cursor);
    const before = end === -1 ? this.entries.length : end;
    return this.entries.slice(Math.max(0, before - limit), before).reverse();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await withTimeLimit(Promise.resolve(this.running), 1_000);
  }

  private async untilRead(): Promise<void> {
    if (this.hasRead()) return;
    const { signal } = this.atEnd;
    const read = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    // It ends without having read where the topic cannot be looked at.
    const ended = Promise.race([read, this.running]);
    await withTimeLimit(untilAborted(ended, this.stopping.signal), FIRST_READ_MS);
    if (!this.hasRead())
      throw new AuditUnavailableError(
        `The audit topic cannot be read, ${this.problem ?? 'or not in time'}: try again`,
      );
  }

  private hasRead(): boolean {
    return this.atEnd.signal.aborted;
  }

  private async run(): Promise<void> {
    const { topic } = this.options;
    const { signal } = this.stopping;
    const from = await this.start(topic);
    if (!from) return;
    const reader = new TopicReader(
      this.kafka,
      { topic, from },
      {
        onBatch: (batch) => this.take(batch),
        onEnd: () => this.atEnd.abort(),
        onTrouble: (error) => (this.problem = describeError(error)),
      },
    );
    await reader.run(signal);
  }

  /** Not all of a year is read to show the end of it. */
  private async start(topic: string): Promise<ReadonlyMap<number, bigint> | undefined> {
    const offsets = new CommittedOffsets(this.kafka, '');
    try {
      const { low, high } = await untilAborted(offsets.range({ topic, partition: 0 }), this.stopping.signal);
      const last = high - BigInt(MOST_ENTRIES);
      return new Map([[0, last > low ? last : low]]);
    } catch (error) {
      this.problem = describeError(error);
      return undefined;
    } finally {
      await offsets.close();
    }
  }

  private take({ records, partition }: ReadBatch): void {
    if (partition !== 0) return;
    for (const { value, offset } of records) {
      const record = decodeAudit(value, this.options.secret);
      if (record) this.entries.push({ ...record, offset: BigInt(offset) });
      else this.options.onIgnored(1);
    }
    if (this.entries.length > MOST_ENTRIES) this.entries = this.entries.slice(-MOST_ENTRIES);
  }
}
