import { recordsBehind, type Assignment, type PartitionState } from './partition-state.js';
import type { PauseRegistry } from './pause-registry.js';

/**
 * Tells for how long a partition has had work and got nowhere. Only the time between looks counts, when the
 * broker answered; after an outage and after a pause the measuring begins anew. The wait for the next try of a
 * batch is no pause here: a partition that fails every time gets nowhere either, unless it is the brokers that
 * cannot (`BatchProcessor` begins the measuring anew then).
 */
export class StallWatch {
  private lastLook = 0;

  constructor(
    private readonly assignment: Assignment,
    private readonly pauses: PauseRegistry,
  ) {}

  /** To be called at short intervals while the broker answers. */
  look(): void {
    this.lastLook = Date.now();
    for (const state of this.assignment.all()) {
      const { position } = state;
      if (position === undefined || recordsBehind(state) === 0n || this.isPaused(state)) {
        state.stuck = undefined;
      } else if (state.stuck?.position !== position) {
        state.stuck = { position, since: this.lastLook };
      }
    }
  }

  /** To be called when the broker does not answer. */
  forget(): void {
    for (const state of this.assignment.all()) state.stuck = undefined;
  }

  /** Milliseconds from the first to the last look at work that is where it was; 0 with progress or no work. */
  stalledMs(state: PartitionState): number {
    const { stuck } = state;
    if (!stuck || stuck.position !== state.position || this.isPaused(state)) return 0;
    return Math.max(0, this.lastLook - stuck.since);
  }

  private isPaused(state: PartitionState): boolean {
    return this.pauses.reasonsOf(state).some((reason) => reason !== 'backing-off');
  }
}
