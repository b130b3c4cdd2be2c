import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { PinoLogger } from 'nestjs-pino';
import { LOG_LEVELS, type LogLevelName } from './create-logger.js';

/** The level as people see it. */
export interface LogLevelState {
  readonly level: LogLevelName;
  /** The level that was configured. */
  readonly configured: LogLevelName;
  /** ISO 8601: when the configured one returns; null while it is in force. */
  readonly until: string | null;
}

/**
 * Changes the level of the process's logger for a time.
 *
 * @publicApi
 */
@Injectable()
export class LogLevel implements OnApplicationShutdown {
  private readonly logger = new Logger('LogLevel');
  private timer: NodeJS.Timeout | undefined;
  private until: number | undefined;
  private level: LogLevelName;

  constructor(private readonly configured: LogLevelName) {
    this.level = configured;
  }

  get state(): LogLevelState {
    const { level, configured, until } = this;
    return { level, configured, until: until === undefined ? null : new Date(until).toISOString() };
  }

  /** @param ms at most 24 days, the longest timer of Node.js */
  set(level: LogLevelName, ms: number): LogLevelState {
    this.apply(level);
    this.until = Date.now() + ms;
    this.logger.warn(`the log level is ${level} until ${this.state.until ?? ''}`);
    this.timer = setTimeout(() => this.reset(), ms).unref();
    return this.state;
  }

  reset(): LogLevelState {
    const changed = this.until !== undefined;
    this.apply(this.configured);
    this.until = undefined;
    if (changed) this.logger.warn(`the log level is ${this.configured} again`);
    return this.state;
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private apply(level: LogLevelName): void {
    clearTimeout(this.timer);
    this.level = LOG_LEVELS.find((known) => known === level) ?? this.configured;
    // Nothing else logs by pino in this process. Tests use other loggers, and have none.
    const { root } = PinoLogger as { root?: { level: string } };
    if (root) root.level = this.level.toLowerCase();
  }
}
