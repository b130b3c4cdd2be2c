import type { TransportEvents } from '../events.js';
import { RatioWindow } from '../retry/ratio-window.js';

interface FloodOptions {
  /** From 0 to 1: more than so much of the events of the last minute dead-lettered is a flood. */
  readonly ratio: number;
}

const SPAN_MS = 60_000;
/** Fewer events in a minute say nothing. */
const MINIMUM_EVENTS = 1_000;

/** Notices that most events are dead-lettered, as after a bad release of who writes them. Tells it once per flood. */
export class FloodWatch {
  private readonly window = new RatioWindow(SPAN_MS);
  private seenAt: number | undefined;

  constructor(
    private readonly options: FloodOptions,
    private readonly events: TransportEvents,
  ) {
    events.on('committed', ({ processed, deadLettered }) => {
      let rejected = 0;
      for (const count of deadLettered.values()) rejected += count;
      if (processed + rejected > 0) this.count(processed + rejected, rejected);
    });
    events.on('resumed', () => this.forget());
  }

  /** It lasts until the share has been low for a minute. */
  get isFlooded(): boolean {
    return this.seenAt !== undefined && Date.now() - this.seenAt < SPAN_MS;
  }

  private count(events: number, rejected: number): void {
    this.window.add(events, rejected);
    const { total, marked } = this.window.counts();
    if (total < MINIMUM_EVENTS || marked <= this.options.ratio * total) return;
    const isNew = !this.isFlooded;
    this.seenAt = Date.now();
    if (isNew) this.events.emit('flood', { events: total, rejected: marked });
  }

  /** What was counted no longer matters: an operator has decided to go on. */
  private forget(): void {
    this.window.clear();
    this.seenAt = undefined;
  }
}
