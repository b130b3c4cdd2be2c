import { untilSuccess } from '../abort.js';
import type { CommittedOffsets } from '../driver/committed-offsets.js';
import type { GroupConsumer } from '../driver/group-consumer.js';
import type { Assignment, PartitionState } from './partition-state.js';

/**
 * For groups that begin at the end of a topic: commits that end as soon as a partition is assigned for which
 * nothing is committed. Without it, a crash before the first commit would begin at a later end, and the events
 * in between would never be seen. Partitions that are added while this process runs begin at their first
 * record instead: what was written to them before they were assigned is as new as the group could have seen it.
 */
export class StartPosition {
  /** By topic: partitions from this number on were added later. */
  private readonly firstCounts = new Map<string, Promise<number>>();

  constructor(
    private readonly offsets: Pick<CommittedOffsets, 'read' | 'range' | 'partitionCount'>,
    private readonly consumer: Pick<GroupConsumer, 'commit' | 'seek'>,
    private readonly assignment: Assignment,
    private readonly stopping: AbortSignal,
  ) {}

  /** To be called before the first join. @param retryTopics begin at their first record, all partitions of them */
  begin(topics: readonly string[], retryTopics: readonly string[]): void {
    for (const topic of topics) this.firstCounts.set(topic, this.count(topic));
    for (const topic of retryTopics) this.firstCounts.set(topic, Promise.resolve(0));
  }

  /** Batches of a partition wait until its start is committed. */
  secureAll(): void {
    for (const state of this.assignment.all()) state.turn = this.secure(state);
  }

  private secure(state: PartitionState): Promise<void> {
    const isCurrent = () => this.assignment.get(state) === state;
    return untilSuccess(async () => {
      if (!isCurrent() || (await this.offsets.read(state)) !== undefined) return;
      const { low, high } = await this.offsets.range(state);
      const start = (await this.wasAdded(state)) ? low : high;
      if (!isCurrent()) return;
      await this.consumer.commit(state, start);
      this.consumer.seek(state, start);
      state.nextOffset = start;
    }, this.stopping);
  }

  private async wasAdded({ topic, partition }: PartitionState): Promise<boolean> {
    const firstCount = await this.firstCounts.get(topic);
    return firstCount !== undefined && partition >= firstCount;
  }

  private async count(topic: string): Promise<number> {
    let count = 0;
    await untilSuccess(async () => {
      count = await this.offsets.partitionCount(topic);
    }, this.stopping);
    return count;
  }
}
