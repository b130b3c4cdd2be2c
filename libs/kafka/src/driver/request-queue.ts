import type { createRequire } from 'node:module';

const PATH = 'kafkajs/src/network/requestQueue/index.js';
/** As in kafkajs: while requests wait for an answer to those before them, they are looked at this often. */
const CHECK_INTERVAL_MS = 10;

/** The part of kafkajs' queue of one connection that matters here. */
interface RequestQueue {
  readonly pending: readonly unknown[];
  /** Epoch milliseconds until which the broker asked for quiet; -1 without such a wish. */
  readonly throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
}

/** Plans the next look at the requests that wait, if any do. */
function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
  const throttledMs = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttledMs > 0 ? throttledMs : CHECK_INTERVAL_MS,
  );
}

/**
 * kafkajs' own method sets a timer after every answer, also when nothing waits, and then for a time before
 * 1970, which Node.js warns of.
 * @throws Error when the installed kafkajs has another shape
 */
export function installRequestQueue(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(PATH) as { prototype?: Record<string, unknown> };
  if (typeof prototype?.['scheduleCheckPendingRequests'] !== 'function') {
    throw new Error(`${PATH} is not the class it was`);
  }
  prototype['scheduleCheckPendingRequests'] = scheduleCheckPendingRequests;
}
