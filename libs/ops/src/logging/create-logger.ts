import type { LoggerService } from '@nestjs/common';
import { NativeLogger, PinoLogger, type Params } from 'nestjs-pino';
import { pino, type DestinationStream } from 'pino';

/** From the most lines to the fewest: lines below a level are left out. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevelName = (typeof LOG_LEVELS)[number];

/**
 * The logger of a service, for Nest and for what runs before Nest does: one JSON object per line on stdout, with
 * ISO time, the level's name, and `service`. An object after the message joins the line:
 * `logger.warn('Paused', { reason })`.
 *
 * Authorization headers and cookies are left out should a request ever be logged.
 *
 * @param options.level lines below it are left out
 * @param destination default: stdout, written at once, so that no line is lost when the process ends
 *
 * @publicApi
 */
export function createLogger(
  { service, level }: { service: string; level: LogLevelName },
  destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): LoggerService {
  const params: Params = {
    pinoHttp: [
      {
        level: level.toLowerCase(),
        base: { service, pid: process.pid },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        redact: {
          paths: ['authorization', 'cookie'].flatMap((header) =>
            ['', '*.', '*.*.'].map((path) => `${path}${header}`),
          ),
          remove: true,
        },
      },
      destination,
    ],
    nativeLogger: { structuredParams: true, flattenParams: true },
  };
  return new ServiceLogger(new PinoLogger(params), params);
}

/** Where Nest tells how it wires itself: some thirty lines at every start, of use only when debugging. */
const WIRING = new Set<unknown>(['InstanceLoader', 'RoutesResolver', 'RouterExplorer']);

class ServiceLogger extends NativeLogger {
  override log(message: unknown, ...details: unknown[]): void {
    if (WIRING.has(details.at(-1))) this.debug(message, ...details);
    else super.log(message, ...details);
  }
}
