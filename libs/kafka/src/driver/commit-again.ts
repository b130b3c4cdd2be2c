import { abortableDelay } from '../abort.js';
import { isBusy } from './known-coordinators.js';

/** A coordinator that was killed is missed for as long as its session lasts. */
const WAITS_MS = [50, 100, 200, 400, 800];
const LONGEST_WAIT_MS = 1_000;

/**
 * Asks to commit until the coordinator answers, after a commit whose answer is lost, or whose coordinator is.
 *
 * A producer that began anew instead would abort what the coordinator does not know to be committed. But one that was
 * killed, and is back before it was missed, may have told some partitions of a commit that its successor has never
 * heard of (Kafka 4.3): they would stay committed, and the others be aborted. Asked again, the successor commits all.
 * @param limitMs after that the coordinator has aborted it anyway
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

/** The coordinator answered that it will not, and not only for now. */
function isRefusal(error: unknown): boolean {
  const { type, retriable } = error as { type?: unknown; retriable?: unknown };
  return type !== undefined && retriable !== true && !isBusy(error);
}
