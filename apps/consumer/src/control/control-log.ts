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
import { RepeatedWarning } from '@pipeline/ops';
import { decodeControl, encodeControl, type ControlRecord, type PauseCommand } from './control-record.js';
import type { Applied, ControlState } from './control-state.js';
import { keysThere } from './keys-there.js';

export interface ControlLogOptions {
  readonly group: string;
  readonly topic: string;
  /** How it is made where it is missing; undefined where that is left to others. */
  readonly spec: TopicSpec | undefined;
  /** Signs and verifies; undefined: nothing is signed, and nobody is believed to be who he says he is. */
  readonly secret: string | undefined;
  readonly socketTimeoutMs: number;
}

/** Whether the topic can be read. */
export interface ControlStatus {
  readonly topic: string;
  readonly readable: boolean;
  /** ISO 8601: since when it is as it is. */
  readonly since: string;
  /** What is wrong; null while nothing is. */
  readonly problem: string | null;
}

/** The command did not get into the topic, or nobody knows whether it did. */
export class ControlUnavailableError extends Error {
  override readonly name = 'ControlUnavailableError';
}

const PUBLISH_LIMIT_MS = 10_000;
const RETRY_MS = 1_000;
const NOTHING = Buffer.alloc(0);
/** Of the instances that see that the topic was made anew, the first one writes it. */
const RESTORE_WITHIN_MS = 1_500;

/** The compacted topic that commands the group: read whole, followed, and written. */
export class ControlLog {
  private readonly logger = new Logger('Control');
  private readonly trouble = new RepeatedWarning(this.logger);
  private readonly stopping = new AbortController();
  private readonly producer: RecordProducer;
  private readonly atEnd = new AbortController();
  /** Commands of this instance that wait to be read back, by id. */
  private readonly waiting = new Map<string, (applied: Applied) => void>();
  private onRecord: (record: ControlRecord, applied: Applied) => void = () => undefined;
  /** The last failure was one of access, which whoever insists on is locked out for. */
  private isRefused = false;
  private problem: string | null = 'it has not been read yet';
  private since = new Date();
  private running: Promise<unknown> = Promise.resolve();
  private ensuring: Promise<boolean> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly options: ControlLogOptions,
    private readonly state: ControlState,
  ) {
    this.producer = new RecordProducer(kafka, options.socketTimeoutMs);
  }

  /** @param onRecord told of every record, after the state has it, and of which kind it was */
  start(onRecord: (record: ControlRecord, applied: Applied) => void): void {
    this.onRecord = onRecord;
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
    const { problem } = this;
    return {
      topic: this.options.topic,
      readable: problem === null,
      since: this.since.toISOString(),
      problem,
    };
  }

  /**
   * Writes commands, all or none, and waits until they are read back.
   * @returns whether all of them count; not so when others have written signed ones meanwhile
   * @throws ControlUnavailableError
   */
  async publish(commands: readonly PauseCommand[]): Promise<boolean> {
    if (!this.isKnown)
      throw new ControlUnavailableError(`The control topic cannot be read: ${this.problem ?? ''}`);
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

  private async write(records: readonly { readonly key: Buffer; readonly value: Buffer }[]): Promise<void> {
    const { topic } = this.options;
    // Commands are rare: no connection is kept for them.
    await this.producer.sendOnce(
      records.map(({ key, value }) => {
        const place = { partitionBy: 'source', sourcePartition: 0, partition: 0 } as const;
        return { topic, key, value, headers: [], ...place };
      }),
    );
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
      { topic, waitMs: 200 },
      {
        onBatch: ({ records }) => {
          for (const record of records) this.take(record);
        },
        onEnd: () => {
          this.atEnd.abort();
          this.note(null);
        },
        onTrouble: (error) => {
          troubled = true;
          this.note(describeError(error));
          // It may have been deleted.
          void this.ensure();
        },
        onReadable: () => {
          if (this.isKnown) this.note(null);
          if (troubled) void this.restore();
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
    this.onRecord(decoded, applied);
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
      this.note(
        error instanceof MissingTopicError
          ? 'it is missing, and may not be created here'
          : describeError(error),
      );
      return false;
    }
  }

  /** After trouble the topic may be another one of the same name, which then gets what is known. */
  private async restore(): Promise<void> {
    const { signal } = this.stopping;
    await abortableDelay(Math.random() * RESTORE_WITHIN_MS, signal);
    const there = await keysThere(this.kafka, this.options.topic, signal);
    if (!there) return;
    const known = [...this.state.all().map(({ bytes }) => bytes), ...this.state.unknown()];
    const missing = known.filter(({ key }) => !there.has(key.toString()));
    if (missing.length === 0) return;
    this.logger.warn(
      `the control topic has lost ${String(missing.length)} of its commands: they are written again`,
    );
    await this.write(missing).catch((error: unknown) =>
      this.logger.error(`they could not be written: ${describeError(error)}`),
    );
  }

  private note(problem: string | null): void {
    const wasReadable = this.problem === null;
    if (wasReadable !== (problem === null)) this.since = new Date();
    this.problem = problem;
    if (problem === null) {
      this.trouble.over();
      return;
    }
    const what = this.isKnown ? 'the last state is kept' : 'no event is taken';
    this.trouble.say(problem, `the control topic ${this.options.topic} cannot be read, ${what}: ${problem}`);
  }
}
