import { eventually, type Service } from './pipeline.js';

interface Page {
  readonly index: { readonly indexed: number; readonly state: string };
}
type Operations = readonly { readonly state: string; readonly done: number; readonly parked: number }[];
const isRunning = ({ state }: Operations[number]) => state === 'running';

/**
 * Where every event dies, and every replay of one again: waits until all of them are in a consumer's index. For
 * topics from which nothing was purged, and nothing replayed to another one.
 */
export async function areIndexed({ url }: Service, produced: number): Promise<void> {
  // The index may not have been read yet; operations that have not been leave the sum too small.
  const ask = async <T>(path: string): Promise<T | undefined> => {
    const answer = await fetch(`${url}/admin/${path}`);
    return answer.ok ? ((await answer.json()) as T) : undefined;
  };
  await eventually('all have died and are in the index', async () => {
    const index = (await ask<Page>('dead-letters?limit=1'))?.index;
    const operations = await ask<Operations>('operations');
    if (index?.state !== 'ready' || !operations || operations.some(isRunning)) return false;
    return index.indexed === operations.reduce((sum, { done, parked }) => sum + done - parked, produced);
  });
}
