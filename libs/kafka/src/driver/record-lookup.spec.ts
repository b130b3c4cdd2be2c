import { expect, it, jest } from '@jest/globals';
import type { Cluster, FetchedPartition } from './cluster.js';
import type { Kafka } from './kafka-client.js';
import { RecordLookup, type FoundRecords } from './record-lookup.js';

/** Records 0 to 9 of a partition that ends at 10, two for each fetch. */
function lookupIn({ committed = 10 } = {}, readUpTo = new Map([[0, 10]])) {
  const fetch = jest.fn(({ topics }: { topics: { partitions: { fetchOffset: string }[] }[] }) => {
    const from = Number(topics[0]?.partitions[0]?.fetchOffset);
    const messages = [from, from + 1]
      .filter((offset) => offset < committed)
      .map((offset) => ({ offset: String(offset), isControlRecord: false }));
    const answer = {
      partition: 0,
      highWatermark: String(committed),
      messages,
    } as unknown as FetchedPartition;
    return Promise.resolve({ responses: [{ partitions: [answer] }] });
  });
  const cluster = {
    refreshMetadataIfNecessary: () => Promise.resolve(),
    findLeaderForPartitions: () => ({ 1: [0] }),
    findBroker: () => Promise.resolve({ fetch }),
    disconnect: () => Promise.resolve(),
  } as unknown as Cluster;
  const lookup = new RecordLookup({} as unknown as Kafka, 'dlq', readUpTo);
  jest.spyOn(lookup as unknown as { connect(): Promise<Cluster> }, 'connect').mockResolvedValue(cluster);
  return { lookup, fetch };
}

const at = (...offsets: number[]) => offsets.map((offset) => ({ partition: 0, offset }));

async function all(lookup: RecordLookup, ...offsets: number[]) {
  const answers: FoundRecords[] = [];
  for await (const answer of lookup.read(at(...offsets))) answers.push(answer);
  return answers.map(({ found, left }) => [found.map(({ offset }) => offset), left]);
}

it('hands records over fetch by fetch, and fetches no more than is taken', async () => {
  const { lookup, fetch } = lookupIn();
  expect(await all(lookup, 0, 1, 2, 5)).toEqual([
    [[0, 1], 2],
    [[2], 1],
    [[5], 0],
  ]);
  fetch.mockClear();
  for await (const { left } of lookup.read(at(0, 1, 2, 5))) if (left > 0) break;
  expect(fetch).toHaveBeenCalledTimes(1);
});

it('leaves out what is not there', async () => {
  expect(await all(lookupIn({}, new Map()).lookup, 9, 10)).toEqual([
    [[9], 1],
    [[], 0],
  ]);
});

it('does not take for gone what a new leader does not show yet', async () => {
  await expect(all(lookupIn({ committed: 5 }).lookup, 4, 5, 6)).rejects.toThrow('not know yet');
});
