import { Logger } from '@nestjs/common';
import {
  abortableDelay,
  accessDelayMs,
  accessFailure,
  describeError,
  ensureTopics,
  MissingTopicError,
  RecordProducer,
  TopicReader,
  untilAborted,
  withTimeLimit,
  type InputRecord,
  type Kafka,
  type TopicSpec,
} from '@pipeline/kafka';
import { ControlHealth, type ControlStatus } from './control-health.js';
import { decodeControl, encodeControl, type ControlRecord, type PauseCommand } from './control-record.js';
import type { Applied, ControlState } from './control-state.js';
import { keysThere } from './keys-there.js';
import { KnownCommands, type Bytes } from './known-commands.js';

export interface ControlLogOptions {
  readonly group: string;
  readonly topic: string;
  /** How it is made where it is missing; undefined where that is left to others. */
  readonly spec: TopicSpec | undefined;
  /** Signs and verifies; undefined: nothing is signed, and nobody is believed to be who he says he is. */
  readonly secret: string | undefined;
  readonly socketTimeoutMs: number;
}

/** The command did not get into the topic, or nobody knows whether it did. */
export class ControlUnavailableError extends Error {
  override readonly name = 'ControlUnavailableError';
}

/** Told of what is read. */
export interface ControlListener {
  /** Of every record, after the state has it, and of which kind it was. */
  onRecord(record: ControlRecord, applied: Applied): void;
  /** When some were told: they may be thousands. */
  onRead(): void;
}

const PUBLISH_LIMIT_MS = 10_000;
const RETRY_MS = 1_000;
/** Together smaller than what a topic takes at once by default, however long their reasons are. */
const MOST_AT_ONCE = 500;
const NOTHING = Buffer.alloc(0);

/** The compacted topic that commands the group: read whole, followed, and written. */
export class ControlLog {
  private readonly logger = new Logger('Control');
  private readonly health: ControlHealth;
  private readonly known: KnownCommands;
  private readonly stopping = new AbortController();
  private readonly producer: RecordProducer;
  private readonly atEnd = new AbortController();
  /** Commands of this instance that wait to be read back, by id. */
  private readonly waiting = new Map<string, (applied: Applied) => void>();
  private listener: ControlListener = { onRecord: () => undefined, onRead: () => undefined };
  /** The last failure was one of access, which whoever insists on is locked out for. */
  private isRefused = false;
  private running: Promise<unknown> = Promise.resolve();
  private ensuring: Promise<boolean> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: ControlLogOptions,
    private readonly state: ControlState,
  ) {
    const { topic, socketTimeoutMs } = options;
    this.producer = new RecordProducer(kafka, socketTimeoutMs);
    this.health = new ControlHealth(topic, () =>
      this.isKnown ? 'the last state is kept' : 'no event is taken',
    );
    const now = {
      keys: (signal: AbortSignal) => keysThere(kafka, topic, signal),
      write: (records: readonly Bytes[]) => this.write(records),
    };
    this.known = new KnownCommands(state, now, this.stopping.signal);
  }

  start(listener: ControlListener): void {
    this.listener = listener;
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([withTimeLimit(this.running, 1_000), withTimeLimit(this.producer.disconnect(), 1_000)]);
  }

  /** Resolves when everything has been read that stood in the topic. @throws AbortedError */
  ready(signal: AbortSignal): Promise<void> {
    const { signal: atEnd } = this.atEnd;
    const read = new Promise<void>((resolve) => {
      if (atEnd.aborted) resolve();
      else atEnd.addEventListener('abort', () => resolve(), { once: true });
    });
    return untilAborted(read, signal);
  }

  /** Whether the state is that of the topic, as far as it has ever been read. */
  get isKnown(): boolean {
    return this.atEnd.signal.aborted;
  }

  get group(): string {
    return this.options.group;
  }

  describe(): ControlStatus {
    return this.health.describe();
  }

  /**
   * Writes commands and waits until they are read back.
   * @returns whether all of them count; not so when others have written signed ones meanwhile
   * @throws ControlUnavailableError
   */
  async publish(commands: readonly PauseCommand[]): Promise<boolean> {
    if (!this.isKnown)
      throw new ControlUnavailableError(
        `The control topic cannot be read: ${this.health.describe().problem ?? ''}`,
      );
    const applied = commands.map(
      ({ id }) => new Promise<Applied>((resolve) => this.waiting.set(id, resolve)),
    );
    let failure = 'it did not answer in time';
    const { group, secret } = this.options;
    const done = this.write(commands.map((command) => encodeControl(group, command, secret)))
      .catch((error: unknown) => {
        failure = describeError(error);
        throw error;
      })
      .then(() => Promise.all(applied));
    try {
      if (!(await withTimeLimit(done, PUBLISH_LIMIT_MS))) throw new Error('too late');
      return (await done).every((one) => one === 'applied');
    } catch {
      throw new ControlUnavailableError(
        `The control topic cannot be written: ${failure}. Whether the command takes effect is not known`,
      );
    } finally {
      for (const { id } of commands) this.waiting.delete(id);
    }
  }

  private async write(records: readonly Bytes[]): Promise<void> {
    const { topic } = this.options;
    // Commands are rare: no connection is kept for them.
    for (let at = 0; at < records.length; at += MOST_AT_ONCE) {
      await this.producer.sendOnce(
        records.slice(at, at + MOST_AT_ONCE).map(({ key, value }) => {
          const place = { partitionBy: 'source', sourcePartition: 0, partition: 0 } as const;
          return { topic, key, value, headers: [], ...place };
        }),
      );
    }
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { topic } = this.options;
    for (let attempt = 0; !signal.aborted && !(await this.ensure()); attempt++) {
      await abortableDelay(this.isRefused ? accessDelayMs(attempt) : RETRY_MS, signal);
    }
    let troubled = false;
    const reader = new TopicReader(
      this.kafka,
      { topic },
      {
        onBatch: ({ records }) => {
          for (const record of records) this.take(record);
          this.listener.onRead();
          if (this.isKnown) void this.known.confirm();
        },
        onEnd: () => {
          this.atEnd.abort();
          this.health.readable();
          void this.known.confirm();
        },
        onTrouble: (error) => {
          troubled = true;
          this.health.lost(describeError(error));
          // It may have been deleted.
          void this.ensure();
        },
        onReadable: () => {
          if (this.isKnown) this.health.readable();
          if (troubled) void this.known.restore();
          troubled = false;
        },
      },
    );
    await reader.run(signal);
  }

  private take({ key, value }: InputRecord): void {
    const bytes = { key: key ?? NOTHING, value: value ?? NOTHING };
    const decoded = decodeControl(this.options.group, bytes, this.options.secret);
    const applied = this.state.apply(decoded, bytes);
    this.known.see(bytes.key, applied);
    this.listener.onRecord(decoded, applied);
    if (decoded.is === 'command') this.waiting.get(decoded.command.id)?.(applied);
  }

  /** Creates the topic where it is missing; one try at a time. */
  private ensure(): Promise<boolean> {
    this.ensuring ??= this.ensureNow().finally(() => (this.ensuring = undefined));
    return this.ensuring;
  }

  private async ensureNow(): Promise<boolean> {
    const { topic, spec } = this.options;
    try {
      const { created } = await ensureTopics(this.kafka, spec ? [spec] : [], [topic]);
      if (created.length > 0) this.logger.log(`created topics: ${created.join(', ')}`);
      return true;
    } catch (error) {
      this.isRefused = accessFailure(error) !== undefined;
      this.health.because(
        error instanceof MissingTopicError
          ? 'it is missing, and may not be created here'
          : describeError(error),
      );
      return false;
    }
  }
}
