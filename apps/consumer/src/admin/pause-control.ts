import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { KafkaBatchServer } from '@pipeline/kafka';
import { parseDuration, type PauseCommandDto } from '@pipeline/ops';

export interface PauseState {
  readonly paused: boolean;
  readonly scope: 'instance';
  readonly reason: string | null;
  /** ISO 8601; null while running. */
  readonly since: string | null;
  /** ISO 8601; null without an end. */
  readonly until: string | null;
}

const RUNNING: PauseState = { paused: false, scope: 'instance', reason: null, since: null, until: null };

/** 24.8 days: with more, a timer of Node.js ends at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Pauses and resumes this instance on behalf of an operator. */
@Injectable()
export class PauseControl implements OnApplicationShutdown {
  private readonly logger = new Logger(PauseControl.name);
  private state: PauseState = RUNNING;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly server: KafkaBatchServer) {}

  get current(): PauseState {
    return this.state;
  }

  /** Pausing again keeps the time of the first pause and takes the new reason and end. */
  pause({ reason, for: duration }: Pick<PauseCommandDto, 'reason' | 'for'>): PauseState {
    const ms = duration ? parseDuration(duration) : undefined;
    const until = ms === undefined ? undefined : Date.now() + ms;
    this.state = {
      ...RUNNING,
      paused: true,
      reason: reason ?? null,
      since: this.state.since ?? new Date().toISOString(),
      until: until === undefined ? null : new Date(until).toISOString(),
    };
    this.resumeAt(until);
    this.server.pause();
    this.logger.warn('paused by an operator', { reason: this.state.reason, until: this.state.until });
    return this.state;
  }

  resume(): PauseState {
    this.end('resumed');
    this.server.resume();
    return this.state;
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private end(how: string): void {
    clearTimeout(this.timer);
    if (this.state.paused) this.logger.log(how);
    this.state = RUNNING;
  }

  /** Nobody has decided anything: what waits for an operator, such as lost events, goes on waiting. */
  private expire(): void {
    this.end('the time of the pause is over');
    this.server.endPause();
  }

  private resumeAt(time: number | undefined): void {
    clearTimeout(this.timer);
    if (time === undefined) return;
    const left = time - Date.now();
    const next = left > LONGEST_TIMER_MS ? () => this.resumeAt(time) : () => this.expire();
    this.timer = setTimeout(next, Math.min(left, LONGEST_TIMER_MS)).unref();
  }
}
