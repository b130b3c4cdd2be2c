import { AbortedError } from '../abort.js';

/**
 * Maps items with at most `limit` in progress; results come in the order of the items.
 * @throws AbortedError as soon as no further item may be begun; the mapper's own error
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) {
      if (signal.aborted) throw new AbortedError(String(signal.reason));
      results[index] = await map(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
