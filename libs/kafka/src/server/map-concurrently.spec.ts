import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AbortedError } from '../abort.js';
import { mapConcurrently } from './map-concurrently.js';

const { signal } = new AbortController();

describe('mapping concurrently', () => {
  it('gives the results in the order of the items, whichever ends first, and never passes its limit', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        async (turns, limit) => {
          let inProgress = 0;
          let most = 0;
          const results = await mapConcurrently(
            [...turns.entries()],
            limit,
            signal,
            async ([index, wait]) => {
              most = Math.max(most, ++inProgress);
              for (let i = 0; i < wait; i++) await Promise.resolve();
              inProgress--;
              return index;
            },
          );
          const ordered = results.every((result, index) => result === index);
          return ordered && results.length === turns.length && most === Math.min(limit, turns.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('begins the first items only once it is overdue, as many as may be in progress for certain', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.nat({ max: 30 }),
        async (count, limit, inTime) => {
          let begun = 0;
          const map = async (item: number) => {
            begun++;
            for (let i = 0; i < item % 3; i++) await Promise.resolve();
            return item;
          };
          const items = Array.from({ length: count }, (_, item) => item);
          const results = await mapConcurrently(items, limit, signal, map, () => begun >= inTime);
          expect(results).toEqual(items.slice(0, results.length));
          expect(results).toHaveLength(Math.min(count, Math.max(limit, inTime)));
        },
      ),
    );
  });

  it('calls nothing for no items', async () => {
    expect(await mapConcurrently([], 4, signal, () => Promise.reject(new Error('called')))).toEqual([]);
  });

  it('fails with the very error of the mapper', async () => {
    const error = new Error('own');
    const mapped = mapConcurrently([1, 2], 1, signal, () => Promise.reject(error));
    await expect(mapped).rejects.toBe(error);
  });

  it('begins nothing further once it is aborted', async () => {
    const abort = new AbortController();
    const begun: number[] = [];
    const mapped = mapConcurrently([1, 2, 3, 4], 2, abort.signal, async (item) => {
      begun.push(item);
      await Promise.resolve();
      abort.abort('paused');
    });
    await expect(mapped).rejects.toThrow(AbortedError);
    await expect(mapped).rejects.toThrow('paused');
    expect(begun).toEqual([1, 2]);
  });
});
