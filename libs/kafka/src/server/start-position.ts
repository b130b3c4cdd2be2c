import { untilSuccess } from '../abort.js';
import type { CommittedOffsets } from '../driver/committed-offsets.js';
import type { GroupConsumer } from '../driver/group-consumer.js';
import type { Assignment, PartitionState } from './partition-state.js';

/**
 * For groups that begin at the end of a topic: commits that end as soon as a partition is assigned for which
 * nothing is committed. Without it, a crash before the first commit would begin at a later end, and the events
 * in between would never be seen.
 */
export class StartPosition {
  constructor(
    private readonly offsets: Pick<CommittedOffsets, 'read' | 'range'>,
    private readonly consumer: Pick<GroupConsumer, 'commit' | 'seek'>,
    private readonly assignment: Assignment,
    private readonly stopping: AbortSignal,
  ) {}

  /** Batches of a partition wait until its start is committed. */
  secureAll(): void {
    for (const state of this.assignment.all()) state.turn = this.secure(state);
  }

  private secure(state: PartitionState): Promise<void> {
    const isCurrent = () => this.assignment.get(state) === state;
    return untilSuccess(async () => {
      if (!isCurrent() || (await this.offsets.read(state)) !== undefined) return;
      const { high: end } = await this.offsets.range(state);
      if (!isCurrent()) return;
      await this.consumer.commit(state, end);
      this.consumer.seek(state, end);
      state.nextOffset = end;
    }, this.stopping);
  }
}
