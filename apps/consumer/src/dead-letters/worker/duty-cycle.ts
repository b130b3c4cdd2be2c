import { abortableDelay } from '@pipeline/kafka';

/** Shorter rests are not worth a timer. */
const SHORTEST_MS = 1;

/** Keeps this thread at work for no more than a share of the time. */
export class DutyCycle {
  private last = performance.eventLoopUtilization();

  /** @param share of the time, more than 0 and at most 1 */
  constructor(private readonly share: number) {}

  /** Rests for as long as what was done since the last call asks for. */
  async rest(signal: AbortSignal): Promise<void> {
    const { active, idle } = performance.eventLoopUtilization(this.last);
    const owed = active / this.share - active - idle;
    if (owed < SHORTEST_MS) return;
    await abortableDelay(owed, signal);
    this.last = performance.eventLoopUtilization();
  }
}
