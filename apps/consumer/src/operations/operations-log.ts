import { createHmac, randomBytes } from 'node:crypto';
import { Logger } from '@nestjs/common';
import {
  abortableDelay,
  describeError,
  endOffset,
  ensureTopics,
  RecordProducer,
  TopicReader,
  untilAborted,
  withTimeLimit,
  type Kafka,
  type OutgoingRecord,
  type ReadRecord,
  type ReplayKeys,
  type TopicLimits,
  type TopicSpec,
} from '@pipeline/kafka';
import { RepeatedWarning } from '@pipeline/ops';
import { decodeFact, encodeFact, type OperationFact } from './operation-record.js';
import type { OperationsState } from './operations-state.js';
import { secretsOf } from '../signed-json.js';

export interface OperationsLogOptions {
  readonly group: string;
  readonly topic: string;
  /** The topic itself and the others that operations write to, where they are to be made here. */
  readonly specs: readonly TopicSpec[];
  /** Signs and verifies; with it, what is not signed is not believed. */
  readonly secret: string | undefined;
  readonly socketTimeoutMs: number;
}

/** The topic cannot be read or written now. */
export class OperationsUnavailableError extends Error {
  override readonly name = 'OperationsUnavailableError';

  /** @param mayTakeEffect it may have been written all the same */
  constructor(
    message: string,
    readonly mayTakeEffect = false,
  ) {
    super(message);
  }
}

/**
 * Behind a transaction that its dead runner has left open nothing is read: for its ten seconds, and until the
 * broker looks, which it does every ten seconds.
 */
const WRITE_LIMIT_MS = 25_000;
/** A key is used when this instance has read it so long ago: the others have had the time to read it too. */
const KEY_SETTLED_MS = 2_000;
/** A key is written again when it is older: the topic forgets what is old. */
const KEY_RENEWED_MS = 86_400_000;
const NOTHING = Buffer.alloc(0);

/** The topic of operations: read whole, followed, and written. Without it there are no operations, and all else goes on. */
export class OperationsLog {
  private readonly logger = new Logger('Operations');
  private readonly trouble = new RepeatedWarning(this.logger);
  private readonly stopping = new AbortController();
  private readonly atEnd = new AbortController();
  private readonly producer: RecordProducer;
  private readonly strange = new Set<string>();
  private position = 0n;
  /** Told when the position has moved. */
  private readonly waiting = new Set<() => void>();
  /** `at` by the clock of whoever wrote it, `readAt` by that of this process. */
  private key: { id: string; secret: string; at: number; readAt: number } | undefined;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly kafka: Kafka,
    private readonly options: OperationsLogOptions,
    private readonly state: OperationsState,
    private readonly keys: ReplayKeys,
    private readonly limits: TopicLimits,
    private readonly end = () => endOffset(kafka, { topic: options.topic, partition: 0 }),
  ) {
    this.producer = new RecordProducer(kafka, options.socketTimeoutMs);
  }

  start(): void {
    this.running = this.run(this.stopping.signal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([withTimeLimit(this.running, 1_000), withTimeLimit(this.producer.disconnect(), 1_000)]);
  }

  /** Whether everything has been read that stood in the topic. */
  get isKnown(): boolean {
    return this.atEnd.signal.aborted;
  }

  /** The offset behind what has been read. */
  get readUpTo(): number {
    return Number(this.position);
  }

  /** Resolves when that is so, or after `ms`: the topic is not worth more waiting. */
  async known(ms: number, signal: AbortSignal): Promise<void> {
    await abortableDelay(ms, AbortSignal.any([signal, this.atEnd.signal]));
  }

  /**
   * Resolves when everything has been read that stands in the topic now, also behind transactions that are open.
   * @throws AbortedError, the driver's error
   */
  async caughtUp(signal: AbortSignal): Promise<void> {
    const end = await untilAborted(this.end(), signal);
    while (this.position < end) await untilAborted(this.moved(), signal);
  }

  /** Resolves when replays can be proved to everybody. @throws OperationsUnavailableError, AbortedError */
  async settledKey(signal: AbortSignal): Promise<void> {
    if (this.options.secret !== undefined) return;
    if (!this.key || Date.now() - this.key.at > KEY_RENEWED_MS) await this.writeKey();
    const readFor = performance.now() - (this.key?.readAt ?? performance.now());
    await untilAborted(abortableDelay(KEY_SETTLED_MS - readFor, signal), signal);
    if (!this.keys.canProve)
      throw new OperationsUnavailableError('There is no key yet to prove replays with');
  }

  /** Writes facts and waits until they are read back. @throws OperationsUnavailableError */
  async write(facts: readonly OperationFact[]): Promise<void> {
    if (!this.isKnown) throw new OperationsUnavailableError('The operations topic has not been read yet');
    const written = this.producer
      // Commands are rare: no connection is kept for them.
      .sendOnce(facts.map((fact) => this.encode(fact)))
      .then(() => this.caughtUp(this.stopping.signal));
    let failure = 'it did not answer in time';
    written.catch((error: unknown) => (failure = describeError(error)));
    try {
      if (!(await withTimeLimit(written, WRITE_LIMIT_MS))) throw new Error(failure);
      await written;
    } catch {
      throw new OperationsUnavailableError(`The operations topic cannot be used: ${failure}`, true);
    }
  }

  /** For a transaction of somebody else's. */
  encode(fact: OperationFact): OutgoingRecord {
    const { group, topic, secret } = this.options;
    const place = { partitionBy: 'source', sourcePartition: 0, partition: 0 } as const;
    return { topic, ...encodeFact(group, fact, secret), headers: [], ...place };
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { secret, topic } = this.options;
    // The first secret last, which then proves.
    for (const one of secretsOf(secret ?? '').toReversed()) if (one !== '') this.keys.add(...replayKey(one));
    while (!signal.aborted && !(await this.ensure())) await abortableDelay(2_000, signal);
    const reader = new TopicReader(
      this.kafka,
      { topic },
      {
        onBatch: ({ records, nextOffset, partition }) => {
          for (const record of records) this.take(record);
          if (partition === 0) this.position = nextOffset;
          for (const tell of this.waiting) tell();
          this.waiting.clear();
        },
        onEnd: () => {
          this.atEnd.abort();
          if (!this.key && secret === undefined) void this.writeKey().catch(() => undefined);
        },
        onTrouble: (error) => this.say(describeError(error)),
        onReadable: () => this.trouble.over(),
      },
    );
    await reader.run(signal);
  }

  private moved(): Promise<void> {
    return new Promise((resolve) => this.waiting.add(resolve));
  }

  private take({ key, value, timestampMs }: ReadRecord): void {
    const bytes = { key: key ?? NOTHING, value: value ?? NOTHING };
    const decoded = decodeFact(this.options.group, bytes, this.options.secret);
    if (decoded.is === 'fact') {
      const { fact, verified } = decoded;
      this.state.apply(fact, verified);
      if (fact.is === 'key') {
        this.key = { ...fact.key, at: timestampMs, readAt: performance.now() };
        this.keys.add(fact.key.id, Buffer.from(fact.key.secret, 'base64'));
      }
    } else if (decoded.is !== 'foreign' && value !== null && !this.strange.has(decoded.is)) {
      // Said once of each kind: the topic may be full of it.
      this.strange.add(decoded.is);
      this.logger.warn(`the operations topic has records that are passed over: ${decoded.is}`);
    }
  }

  private async writeKey(): Promise<void> {
    const { id, secret } = this.key ?? {
      id: randomBytes(8).toString('hex'),
      secret: randomBytes(32).toString('base64'),
    };
    await this.write([{ is: 'key', key: { id, secret } }]);
  }

  private async ensure(): Promise<boolean> {
    const { specs, topic } = this.options;
    try {
      const { created, maxMessageBytes } = await ensureTopics(this.kafka, specs, [topic]);
      if (created.length > 0) this.logger.log(`created topics: ${created.join(', ')}`);
      for (const { topic: name } of specs) {
        const bytes = maxMessageBytes.get(name);
        if (bytes !== undefined) this.limits.set(name, bytes);
      }
      return true;
    } catch (error) {
      this.say(describeError(error));
      return false;
    }
  }

  private say(problem: string): void {
    this.trouble.say(
      problem,
      `the operations topic ${this.options.topic} cannot be read, dead letters cannot be replayed: ${problem}`,
    );
  }
}

/** The key that a secret makes for proofs, under a name that tells it from those of other secrets. */
function replayKey(secret: string): [id: string, key: Buffer] {
  const made = (what: string) => createHmac('sha256', secret).update(what).digest();
  return [`control-${made('name of replays').toString('hex').slice(0, 16)}`, made('replays')];
}
