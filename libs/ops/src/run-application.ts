import type { LoggerService } from '@nestjs/common';

/** How long an app may take to close after a failure that nothing caught. */
const CLOSE_AFTER_FAILURE_MS = 3_000;

/** What `runApplication` needs of a Nest application. */
interface Closable {
  close(): Promise<void>;
}

/**
 * Runs an application until it is told to stop, then ends the process:
 *
 * - SIGTERM or SIGINT, also during the start: closes the application, exit code 0.
 * - A second signal: exit code 1 at once.
 * - The start or the closing fails, or closing takes longer than `shutdownTimeoutMs`: exit code 1.
 * - An uncaught exception or unhandled rejection: closes what can be closed in 3 s, exit code 1.
 *
 * Nest's own shutdown hooks are not used: they take no notice of a second signal, know no time limit and, unless
 * told otherwise, exit with 143.
 *
 * @param options.start brings the application up and resolves with it; `signal` is aborted when it need not
 *   come up any more, and what was begun then has to be closed by `start` itself before it rejects
 * @param options.logger gets an `err` for each failure
 *
 * @publicApi
 */
export function runApplication(options: {
  readonly start: (signal: AbortSignal) => Promise<Closable>;
  readonly shutdownTimeoutMs: number;
  readonly logger: LoggerService;
}): void {
  const { start, shutdownTimeoutMs, logger } = options;
  const starting = new AbortController();
  let stopping = false;

  const stop = async (exitCode: number, withinMs: number): Promise<void> => {
    stopping = true;
    setTimeout(() => {
      logger.error(`Closing took longer than ${withinMs} ms: exit now`, CONTEXT);
      process.exit(1);
    }, withinMs);
    starting.abort();
    // A start that was given up rejects, or is done by now.
    const application = await started.catch(() => undefined);
    try {
      await application?.close();
    } catch (error) {
      logger.error('Closing failed', { err: error }, CONTEXT);
      process.exit(1);
    }
    process.exit(exitCode);
  };

  const fail = (message: string, error: unknown): void => {
    logger.error(message, { err: error }, CONTEXT);
    if (stopping) process.exit(1);
    void stop(1, Math.min(CLOSE_AFTER_FAILURE_MS, shutdownTimeoutMs));
  };

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1);
      logger.log(`${signal}: shutting down`, CONTEXT);
      void stop(0, shutdownTimeoutMs);
    });
  }
  process.on('uncaughtException', (error) => fail('Uncaught exception', error));
  process.on('unhandledRejection', (reason) => fail('Unhandled rejection', reason));

  const started = Promise.resolve(starting.signal).then(start);
  started.catch((error: unknown) => {
    if (!stopping) fail('The start failed', error);
  });
}

const CONTEXT = 'Application';
