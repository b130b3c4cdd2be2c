import { Logger } from '@nestjs/common';
import { RepeatedWarning } from '@pipeline/ops';

/** Whether the topic can be read. */
export interface ControlStatus {
  readonly topic: string;
  readonly readable: boolean;
  /** ISO 8601: since when it is as it is. */
  readonly since: string;
  /** What is wrong; null while nothing is. */
  readonly problem: string | null;
}

/** What is known of whether the control topic can be read, and the log lines about it. */
export class ControlHealth {
  private readonly trouble = new RepeatedWarning(new Logger('Control'));
  private problem: string | null = 'it has not been read yet';
  private since = new Date();

  /** @param consequence what becomes of the group meanwhile */
  constructor(
    private readonly topic: string,
    private readonly consequence: () => string,
  ) {}

  lost(problem: string): void {
    if (this.problem === null) this.since = new Date();
    this.problem = problem;
    const line = `the control topic ${this.topic} cannot be read, ${this.consequence()}: ${problem}`;
    this.trouble.say(problem, line);
  }

  /** Why that is so. It may be found out when the topic can be read again, and is then of the past. */
  because(problem: string): void {
    if (this.problem !== null) this.lost(problem);
  }

  readable(): void {
    if (this.problem !== null) this.since = new Date();
    this.problem = null;
    this.trouble.over();
  }

  describe(): ControlStatus {
    const { topic, problem } = this;
    return { topic, readable: problem === null, since: this.since.toISOString(), problem };
  }
}
