import { AbortedError } from '../abort.js';

/**
 * Maps items with at most `limit` in progress; results come in the order of the items. Once `isOverdue`, only the
 * first `limit` items are begun for certain, and the results are those of the items that were begun, always the
 * first ones.
 * @throws AbortedError as soon as no further item may be begun; the mapper's own error
 */
export async function mapConcurrently<T, R>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  map: (item: T) => Promise<R>,
  isOverdue: () => boolean = () => false,
): Promise<R[]> {
  const results: R[] = [];
  let begun = 0;
  const worker = async () => {
    while (begun < items.length && (begun < limit || !isOverdue())) {
      if (signal.aborted) throw new AbortedError(String(signal.reason));
      const index = begun++;
      results[index] = await map(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
