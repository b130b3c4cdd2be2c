import {
  ValidationPipe,
  type DynamicModule,
  type LoggerService,
  type NestApplicationOptions,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { AdminListener } from './admin-listener.js';
import { serveApiDocs, type ApiDescription } from './api-docs.js';
import { acceptJsonBodies } from './json-body.js';
import { ProblemFilter } from './problem.filter.js';
import { useOriginForm } from './origin-form.js';
import { securityHeaders } from './security-headers.js';
import { limitSlowSenders } from './slow-senders.js';

/**
 * How Nest has to create an app for `configureHttp`. On close, connections are cut: one half-sent request would
 * hold the shutdown.
 */
export function httpAppOptions(logger: LoggerService): Partial<NestApplicationOptions> {
  return { logger, bodyParser: false, forceCloseConnections: true, abortOnError: false };
}

/**
 * A Nest application as every service has it: see `configureHttp`. It does not listen yet: `listenHttp` does.
 *
 * @throws whatever Nest finds wrong with the module; the process is not ended by it
 *
 * @publicApi
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  options: { readonly logger: LoggerService; readonly api: ApiDescription },
): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(module, httpAppOptions(options.logger));
  configureHttp(app, options.api);
  return app;
}

/**
 * Security headers, JSON bodies of at most 16 kB, validation that names every problem (400), problem details
 * (RFC 9457) for what is refused, /docs and /openapi.json, and timeouts for slow senders.
 */
export function configureHttp(app: NestExpressApplication, api: ApiDescription): void {
  app.use(useOriginForm);
  app.use(securityHeaders());
  app.use(app.get(AdminListener, { strict: false }).divide);
  acceptJsonBodies(app);
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true, forbidNonWhitelisted: true }));
  app.useGlobalFilters(new ProblemFilter());
  serveApiDocs(app, api);
  limitSlowSenders(app.getHttpServer());
}
