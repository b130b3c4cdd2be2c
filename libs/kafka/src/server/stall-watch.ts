import { recordsBehind, type Assignment, type PartitionState } from './partition-state.js';
import type { PauseRegistry } from './pause-registry.js';

/**
 * Tells for how long a partition has had work and got nowhere. Only looks count: after a time without looks,
 * such as an outage, and after a pause the measuring begins anew.
 */
export class StallWatch {
  private work = new WeakMap<PartitionState, { readonly position: bigint; readonly since: number }>();

  constructor(
    private readonly assignment: Assignment,
    private readonly pauses: PauseRegistry,
  ) {}

  /** To be called at short intervals while the broker answers. */
  look(): void {
    for (const state of this.assignment.all()) {
      const { position } = state;
      if (position === undefined || recordsBehind(state) === 0n || this.pauses.isPaused(state)) {
        this.work.delete(state);
      } else if (this.work.get(state)?.position !== position) {
        this.work.set(state, { position, since: Date.now() });
      }
    }
  }

  /** To be called when the broker does not answer. */
  forget(): void {
    this.work = new WeakMap();
  }

  /** Milliseconds since the work was first seen where it still is; 0 while there is progress or no work. */
  stalledMs(state: PartitionState): number {
    const work = this.work.get(state);
    if (!work || work.position !== state.position || this.pauses.isPaused(state)) return 0;
    return Math.max(0, Date.now() - work.since);
  }
}
