import type { Server } from 'node:http';

/** Every answer here begins at once: who has not sent a whole request by then never will. */
const REQUEST_TIMEOUT_MS = 10_000;

export function limitSlowSenders(server: Server): void {
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.headersTimeout = REQUEST_TIMEOUT_MS;
}
