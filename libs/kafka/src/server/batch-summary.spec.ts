import { describe, expect, it } from '@jest/globals';
import type { Written } from '../delivery/fit.js';
import { FakeBatch } from '../testing/batches.js';
import { inputRecord, outgoingRecord } from '../testing/records.js';
import { summarize } from './batch-summary.js';

const ORIGIN = { topic: 'in', partition: 0, groupId: 'g' };

const written = (...reasons: Written['deadLetter'][]): Written[] =>
  reasons.map((deadLetter) => ({ ...outgoingRecord(), deadLetter, deferred: false }));

describe('the summary of a batch', () => {
  it('counts what was processed, and dead letters by reason', () => {
    const some = written(undefined, 'MALFORMED_JSON', undefined, 'OUTPUT_TOO_LARGE', 'MALFORMED_JSON');
    expect(summarize(FakeBatch.of(5), some, ORIGIN)).toMatchObject({
      topic: 'in',
      partition: 0,
      processed: 2,
      deadLettered: new Map([
        ['MALFORMED_JSON', 2],
        ['OUTPUT_TOO_LARGE', 1],
      ]),
    });
  });

  it('has the timestamps of the records that have one', () => {
    const records = ['1000', '-1', '2000'].map((timestamp) => inputRecord({ timestamp }));
    expect(
      summarize(new FakeBatch(records), written(undefined, undefined, undefined), ORIGIN).timestamps,
    ).toEqual([1_000, 2_000]);
  });
});
