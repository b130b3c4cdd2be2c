import type { LoggerService } from '@nestjs/common';

/**
 * For what fails again and again until it succeeds: a warning for each new cause, and DEBUG for one that was
 * told already.
 *
 * @publicApi
 */
export class RepeatedWarning {
  private readonly told = new Set<string>();

  constructor(private readonly logger: Required<Pick<LoggerService, 'warn' | 'debug'>>) {}

  say(cause: string, line: string): void {
    if (this.told.has(cause)) this.logger.debug(line);
    else this.logger.warn(line);
    this.told.add(cause);
  }

  /** It has succeeded: what fails from now on is told anew. */
  over(): void {
    this.told.clear();
  }
}
