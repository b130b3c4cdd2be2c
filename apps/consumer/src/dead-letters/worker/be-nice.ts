import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

const NICE = 10;

/**
 * Lets all other threads go before this one where the system knows priorities of threads, as Linux does.
 * Elsewhere it is the duty cycle alone that keeps it from being in the way.
 */
export function beNice(): void {
  try {
    // Synchronous, or the thread that answers would be another one.
    const thread = Number(/\/task\/(\d+)$/.exec(readlinkSync('/proc/thread-self'))?.[1]);
    if (thread > 0) setPriority(thread, NICE);
  } catch {
    // Nothing that matters.
  }
}
