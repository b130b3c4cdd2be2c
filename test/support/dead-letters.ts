import { eventually, type Service } from './pipeline.js';

interface Page {
  readonly index: { readonly indexed: number; readonly state: string };
}
type Operations = readonly { readonly done: number; readonly parked: number }[];

/** Where every event dies, and every replay of one again: waits until all of them are in a consumer's index. */
export async function areIndexed({ url }: Service, produced: number): Promise<void> {
  // Either may not have been read yet.
  const ask = async <T>(path: string): Promise<T | undefined> => {
    const answer = await fetch(`${url}/admin/${path}`);
    return answer.ok ? ((await answer.json()) as T) : undefined;
  };
  await eventually('all have died and are in the index', async () => {
    const index = (await ask<Page>('dead-letters?limit=1'))?.index;
    const operations = await ask<Operations>('operations');
    if (index?.state !== 'ready' || !operations) return false;
    return index.indexed === operations.reduce((sum, { done, parked }) => sum + done - parked, produced);
  });
}
