import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AbortedError } from '../abort.js';
import { processed, type Outcome } from '../outcome.js';
import { PassingError } from './errors.js';
import { isolateFailures } from './isolate-failures.js';

const done = (record: number): Outcome => processed(String(record));
const BUG = new TypeError('a bug');

describe('a handler of batches that throws for some records', () => {
  it('fails just those, in their places', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (bad) => {
        const handle = (records: readonly number[]) =>
          records.some((record) => bad[record]) ? Promise.reject(BUG) : Promise.resolve(records.map(done));
        const outcomes = await isolateFailures([...bad.keys()], handle);
        expect(outcomes).toEqual(
          bad.map((isBad, record) => (isBad ? { kind: 'failed', error: BUG, passing: false } : done(record))),
        );
      }),
    );
  });

  it.each<[error: Error]>([[new AbortedError('stop')], [new PassingError('ill')], [new Error('who knows')]])(
    'is not called again for %s, which says nothing of a record',
    async (error) => {
      let calls = 0;
      const handle = () => (calls++, Promise.reject(error));
      await expect(isolateFailures([1, 2, 3], handle)).rejects.toBe(error);
      expect(calls).toBe(1);
    },
  );

  it('may stop after some records: the outcomes are those of the first ones', async () => {
    const handle = (records: readonly number[]) =>
      records.includes(7) ? Promise.reject(BUG) : Promise.resolve(records.slice(0, 2).map(done));
    expect(await isolateFailures([0, 1, 2, 3, 4, 5, 6, 7], handle)).toEqual([done(0), done(1)]);
  });
});
