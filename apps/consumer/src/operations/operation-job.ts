import { Logger } from '@nestjs/common';
import {
  abortableDelay,
  AbortedError,
  describeError,
  isFenced,
  missingTopics,
  TransactionalProducer,
  untilAborted,
  writeRecords,
  type Kafka,
  type OutgoingRecord,
  type ReplayKeys,
  type TopicLimits,
} from '@pipeline/kafka';
import type { Letters } from '../dead-letters/letters.js';
import type { LetterPosition } from '../dead-letters/letter.js';
import type { Done, Order, Progress } from './operation.js';
import type { OperationsLog } from './operations-log.js';
import { stateOf, type OperationsState } from './operations-state.js';
import { decide, subjectOf, toOutgoing, type ReplayRules } from './replay-rules.js';

export interface JobOptions {
  readonly group: string;
  /** This instance. */
  readonly runner: string;
  /** All that it may write to. */
  readonly topics: readonly string[];
  readonly requestTimeoutMs: number;
  readonly rules: ReplayRules;
}

/** What a job works with. */
export interface JobParts {
  readonly kafka: Kafka;
  readonly log: Pick<OperationsLog, 'caughtUp' | 'encode' | 'readUpTo' | 'settledKey'>;
  readonly state: Pick<OperationsState, 'get' | 'apply'>;
  readonly letters: Pick<Letters, 'ask'>;
  readonly keys: ReplayKeys;
  readonly limits: TopicLimits;
  readonly onDone: (done: Counts) => void;
}

export interface Counts {
  readonly replayed: number;
  readonly parked: number;
  readonly refused: number;
}

/** Of one transaction. */
const MOST_LETTERS = 250;
/** Transactions a second, unless the rate asks for more: so soon a pause takes effect, and so often an instance shows that it lives. */
const PER_SECOND = 2;
/** Readers of the target wait for a transaction that nobody ends. */
const TRANSACTION_TIMEOUT_MS = 20_000;
const RETRY_MS = [500, 1_000, 2_000, 5_000];
const INDEX_WAIT_MS = 2_000;

/**
 * One operation, run by this instance. Its transactional id belongs to the operation: whoever takes it shuts out
 * the former runner and ends its transaction, and only then reads how far the operation is. Letters and progress
 * are one transaction, so that no letter is replayed twice, whoever dies when.
 */
export class OperationJob {
  private readonly logger = new Logger('Operations');

  constructor(
    private readonly id: string,
    private readonly options: JobOptions,
    private readonly parts: JobParts,
  ) {}

  /** Until the operation has ended, is paused, or `signal` is aborted; or `lost`, when somebody else has taken it. */
  async run(signal: AbortSignal): Promise<'lost' | 'ended'> {
    for (let failures = 0; !signal.aborted; failures++) {
      try {
        await this.runOnce(signal);
        return 'ended';
      } catch (error) {
        if (error instanceof AbortedError) return 'ended';
        if (isFenced(error)) {
          this.logger.warn(
            `operation ${this.id} has been taken by another instance, or a transaction of it took too long`,
          );
          return 'lost';
        }
        // What became of the last transaction is not known: it is found out by beginning anew.
        this.logger.warn(`operation ${this.id} goes on after a failure: ${describeError(error)}`);
        await abortableDelay(RETRY_MS[failures] ?? 5_000, signal);
      }
    }
    return 'ended';
  }

  private async runOnce(signal: AbortSignal): Promise<void> {
    const { log } = this.parts;
    let producer: TransactionalProducer;
    do {
      // First, because nobody reads beyond a transaction of this operation whose end the brokers have lost.
      producer = await this.open(signal);
      try {
        await log.settledKey(signal);
        await log.caughtUp(signal);
        await this.work(producer, signal);
      } finally {
        await producer.close();
      }
    } while (producer.isSpent && !signal.aborted);
    // Nobody else would find that the end of the last one was lost.
    await (await this.open(signal)).close();
  }

  private async open(signal: AbortSignal): Promise<TransactionalProducer> {
    const { kafka } = this.parts;
    const { group, topics, requestTimeoutMs } = this.options;
    const opening = TransactionalProducer.open(kafka, {
      transactionalId: `${group}-operation-${this.id}`,
      groupId: group,
      topics,
      onLostMarkers: ({ outcome }) =>
        this.logger.warn(
          `brokers had lost the end of a transaction of operation ${this.id}: it is ${outcome}`,
        ),
      transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
      requestTimeoutMs,
    });
    // One that comes too late is of no use.
    opening.then((late) => signal.aborted && void late.close()).catch(() => undefined);
    return untilAborted(opening, signal);
  }

  private async work(producer: TransactionalProducer, signal: AbortSignal): Promise<void> {
    const { state } = this.parts;
    let progress = state.get(this.id)?.progress ?? this.begin();
    const there = new Set<string>();
    // What others have replayed by now; of its own the cursor tells.
    const marked = this.parts.log.readUpTo;
    const began = performance.now();
    for (let taken = 0; !signal.aborted && !producer.isSpent;) {
      const known = state.get(this.id);
      if (!known || stateOf(known) !== 'running') return;
      const { order } = known;
      const size = Math.max(1, Math.min(MOST_LETTERS, Math.floor(order.rate / PER_SECOND)));
      const page = await this.next(order, progress.cursor, size, marked);
      if (page === undefined) {
        progress = await this.commit(producer, progress, undefined, []);
        await abortableDelay(INDEX_WAIT_MS, signal);
        continue;
      }
      if (page.length === 0) {
        await this.commit(producer, { ...progress, ended: 'done' }, undefined, []);
        return;
      }
      const { records, done, passed } = await this.prepare(order, progress, page);
      const missing = await this.missing(records, there);
      if (missing !== undefined) {
        const problem = `the topic ${missing} does not exist`;
        this.logger.error(`operation ${this.id} has failed: ${problem}`);
        await this.commit(producer, { ...progress, ended: 'failed', problem }, undefined, []);
        return;
      }
      const refused = passed.length - records.length;
      const counts = { replayed: done.replayed.length, parked: done.parked.length, refused };
      const cursor = passed.at(-1) ?? progress.cursor;
      progress = await this.commit(producer, { ...add(progress, counts), cursor }, done, records);
      this.parts.onDone(counts);
      taken += passed.length;
      await abortableDelay(began + (taken / order.rate) * 1_000 - performance.now(), signal);
    }
  }

  private begin(): Progress {
    const counts = { replayed: 0, parked: 0, refused: 0 };
    return {
      id: this.id,
      runner: this.options.runner,
      at: 0,
      ...counts,
      cursor: null,
      ended: null,
      problem: null,
    };
  }

  /** The letters that come next; undefined while the index of this instance does not know as much as the order. */
  private async next(
    { selection, filter, ends }: Order,
    after: LetterPosition | null,
    limit: number,
    marked: number,
  ): Promise<readonly LetterPosition[] | undefined> {
    if (selection) return selection.filter((one) => !after || isBehind(one, after)).slice(0, limit);
    const { letters } = this.parts;
    const known = await letters.ask('ends');
    const { state } = await letters.ask('state');
    const isShort = ends.some(({ partition, offset }) => (known.get(partition) ?? 0) < offset);
    if (state === 'building' || isShort) return undefined;
    if (filter?.replayed !== undefined && ((await letters.ask('marks')) ?? -1) < marked) return undefined;
    const limits = new Map(ends.map(({ partition, offset }) => [partition, offset]));
    return letters.ask('ascending', filter ?? {}, { ...(after && { after }), ends: limits, limit });
  }

  /** What is to be written for the first letters of the page: `passed`, all of them unless they are large. */
  private async prepare(
    order: Order,
    { replayed, parked, refused }: Progress,
    page: readonly LetterPosition[],
  ) {
    const { letters, keys, limits } = this.parts;
    const { letters: stored, left } = await letters.ask('records', page);
    const records: OutgoingRecord[] = [];
    const found = { replayed: [] as LetterPosition[], parked: [] as LetterPosition[] };
    for (const letter of stored) {
      const decision = decide(order, subjectOf(letter), this.options.rules);
      if (decision.is === 'refused') continue;
      const record = toOutgoing(letter, decision, this.id, keys);
      if (!limits.fits(record)) continue;
      records.push(record);
      found[decision.is].push({ partition: letter.partition, offset: letter.offset });
    }
    // Each part has a number of its own, whoever writes it: that of the letters before it.
    const part = replayed + parked + refused;
    const done: Done = { id: this.id, part, at: Date.now(), ...found };
    return { records, done, passed: page.slice(0, page.length - left) };
  }

  /** A topic that does not exist, of those that are not known to be `there`: to write to it would fail for ever. */
  private async missing(records: readonly OutgoingRecord[], there: Set<string>): Promise<string | undefined> {
    const asked = [...new Set(records.map(({ topic }) => topic))].filter((topic) => !there.has(topic));
    if (asked.length === 0) return undefined;
    const missing = await missingTopics(this.parts.kafka, asked);
    for (const topic of asked) there.add(topic);
    return missing[0];
  }

  private async commit(
    producer: TransactionalProducer,
    progress: Progress,
    done: Done | undefined,
    records: readonly OutgoingRecord[],
  ): Promise<Progress> {
    const { log, limits, state } = this.parts;
    const now: Progress = { ...progress, runner: this.options.runner, at: Date.now() };
    const facts = [log.encode({ is: 'progress', progress: now })];
    if (done && records.length > 0) facts.push(log.encode({ is: 'done', done }));
    await producer.commitRecords((send) => writeRecords([...records, ...facts], limits, send));
    // The topic tells it a little later.
    state.apply({ is: 'progress', progress: now }, true);
    return now;
  }
}

const isBehind = (one: LetterPosition, after: LetterPosition): boolean =>
  one.partition > after.partition || (one.partition === after.partition && one.offset > after.offset);

const add = (progress: Progress, { replayed, parked, refused }: Counts): Progress => ({
  ...progress,
  replayed: progress.replayed + replayed,
  parked: progress.parked + parked,
  refused: progress.refused + refused,
});
