import { abortableDelay } from '../abort.js';
import { errorCode } from './error-code.js';
import { accessFailure } from './security/access-failure.js';

/** A coordinator that was killed is missed for as long as its session lasts. */
const WAITS_MS = [50, 100, 200, 400, 800];
const LONGEST_WAIT_MS = 1_000;

/**
 * Asks to commit until the coordinator answers, after a commit whose answer is lost, or whose coordinator is.
 *
 * A producer that began anew instead would abort what the coordinator does not know to be committed. But one that was
 * killed, and is back before it was missed, may have told some partitions of a commit that its successor has never
 * heard of (Kafka 4.3): they would stay committed, and the others be aborted. Asked again, the successor commits all.
 * @param limitMs after that a coordinator may have aborted it by itself
 * @throws the last error, when that is final, or the time is over, or the signal is aborted
 */
export async function commitAgain(
  ask: () => Promise<void>,
  failure: unknown,
  limitMs: number,
  signal: AbortSignal,
): Promise<void> {
  const until = Date.now() + limitMs;
  let error = failure;
  for (let asked = 0; !isRefusal(error) && Date.now() < until; asked++) {
    await abortableDelay(WAITS_MS[asked] ?? LONGEST_WAIT_MS, signal);
    if (signal.aborted) break;
    try {
      await ask();
      return;
    } catch (again) {
      error = again;
    }
  }
  throw error;
}

/** What a coordinator says of a transaction that has ended, or of one that is not this producer's. */
const REFUSALS = new Set([
  'INVALID_PRODUCER_EPOCH',
  'PRODUCER_FENCED',
  'INVALID_TXN_STATE',
  'INVALID_PRODUCER_ID_MAPPING',
]);

/** Another question would be answered in the same way. */
const isRefusal = (error: unknown): boolean =>
  REFUSALS.has(errorCode(error) ?? '') || accessFailure(error) !== undefined;
