import { untilSuccess } from '../abort.js';
import type { CommittedOffsets, OffsetRange } from '../driver/committed-offsets.js';
import type { GroupConsumer } from '../driver/group-consumer.js';
import type { TransportEvents } from '../events.js';
import { partitionKey, type TopicPartition } from '../record.js';
import type { Assignment, PartitionState } from './partition-state.js';
import type { PauseRegistry } from './pause-registry.js';

export interface LostPositionOptions {
  /** Go on at once, rather than when an operator resumes. */
  readonly reset: boolean;
  /** Go on from the first record that is still there, rather than from the end. */
  readonly fromBeginning: boolean;
  /** These topics always go on from the first record. */
  readonly retryTopics: readonly string[];
}

const REASON = 'offset-out-of-range';

/**
 * For partitions whose next offset is no longer in the topic, because the topic was truncated or made anew or
 * deleted records faster than they were read. Such a partition stops; going on is a decision.
 */
export class LostPosition {
  private readonly going = new Map<string, Promise<void>>();

  constructor(
    private readonly options: LostPositionOptions,
    private readonly offsets: Pick<CommittedOffsets, 'range'>,
    private readonly consumer: Pick<GroupConsumer, 'commit' | 'seek' | 'suspend'>,
    private readonly assignment: Assignment,
    private readonly pauses: PauseRegistry,
    private readonly events: TransportEvents,
    private readonly stopping: AbortSignal,
  ) {}

  /** Stops the partition, and says so once. */
  async stop(where: TopicPartition, from: bigint): Promise<void> {
    const stopped = this.assignment.get(where);
    if (!stopped) return;
    stopped.suspended = true;
    this.consumer.suspend(where);
    if (this.isStopped(where)) return;
    this.pauses.add(REASON, where);
    await this.untilDone(where, async () => {
      const range = await this.offsets.range(where);
      const to = this.startIn(range, where);
      // Before the end nothing tells what was between: the topic may be another one of the same name.
      const gone = from < range.low ? to - from : undefined;
      this.events.emit('offset-out-of-range', { ...where, from, to, gone, goesOn: this.options.reset });
    });
    if (this.options.reset) await this.goOnOnce(where);
  }

  /** Lets every partition that was stopped go on from where a new group would begin. */
  async resume(): Promise<void> {
    const stopped = this.assignment.all().filter((state) => this.isStopped(state));
    await Promise.all(stopped.map((state) => this.goOnOnce(state)));
  }

  /** Twice at once the second would begin at a later end, and skip what the first has begun with. */
  private goOnOnce(where: TopicPartition): Promise<void> {
    const key = partitionKey(where);
    const going = this.going.get(key) ?? this.goOn(where).finally(() => this.going.delete(key));
    this.going.set(key, going);
    return going;
  }

  private async goOn({ topic, partition }: TopicPartition): Promise<void> {
    const where = { topic, partition };
    await this.untilDone(where, async (state) => {
      const start = this.startIn(await this.offsets.range(where), where);
      await this.consumer.commit(where, start);
      if (this.assignment.get(where) !== state) throw new Error('the partition was assigned anew');
      this.consumer.seek(where, start);
      Object.assign(state, { nextOffset: start, position: start, opened: false });
    });
    this.pauses.remove(REASON, where);
  }

  private isStopped(where: TopicPartition): boolean {
    return this.pauses.reasonsOf(where).includes(REASON);
  }

  private startIn({ low, high }: OffsetRange, { topic }: TopicPartition): bigint {
    return this.options.fromBeginning || this.options.retryTopics.includes(topic) ? low : high;
  }

  /** Tries until it succeeds or the partition is gone. */
  private untilDone(where: TopicPartition, attempt: (state: PartitionState) => Promise<void>): Promise<void> {
    return untilSuccess(async () => {
      const state = this.assignment.get(where);
      if (state) await attempt(state);
    }, this.stopping);
  }
}
