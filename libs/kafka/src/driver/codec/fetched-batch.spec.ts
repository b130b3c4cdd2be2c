import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stock } from '../testing/stock.js';
import { createBatchClass, type BatchClass } from './fetched-batch.js';
import { filterAborted } from './filter-aborted.js';
import { FetchedRecord } from './record-decoder.js';

const StockBatch = stock<BatchClass>('kafkajs/src/consumer/batch.js');
const Batch = createBatchClass(StockBatch, filterAborted);

function record(offset: number, isControlBatch: boolean): FetchedRecord {
  const batch = {
    firstOffset: '0',
    firstTimestamp: '0',
    maxTimestamp: '0',
    producerId: '1',
    inTransaction: true,
    isControlBatch,
    timestampType: 0,
  };
  // As a key of a commit marker is.
  return new FetchedRecord(offset, 0, Buffer.of(0, 0, 0, 1, 0), 4, 4, 4, -1, 4, batch);
}

/** Everything that kafkajs asks of a batch. */
const answers = (batch: object) => {
  const asked = batch as Record<string, () => unknown> & { messages: FetchedRecord[] };
  return [
    asked.messages.map(({ offset }) => offset),
    ...['isEmpty', 'isEmptyIncludingFiltered', 'isEmptyDueToFiltering', 'isEmptyControlRecord']
      .concat('isEmptyDueToLogCompactedMessages', 'firstOffset', 'lastOffset', 'offsetLag', 'offsetLagLow')
      .map((name) => asked[name]?.call(batch)),
  ];
};

describe('a fetched batch', () => {
  it('answers as the one of kafkajs, wherever it begins and whatever it holds', () => {
    const records = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()), { maxLength: 12 })
      .map((steps) => {
        let offset = 0;
        return steps.map(([gap, isControl]) => record((offset += gap), isControl));
      });
    fc.assert(
      fc.property(records, fc.nat(40), (messages, fetchedOffset) => {
        const data = { partition: 3, highWatermark: '50', messages, abortedTransactions: [] };
        const [ours, theirs] = [Batch, StockBatch].map(
          (Class) => new Class('t', String(fetchedOffset), data),
        );
        expect(answers(ours as object)).toEqual(answers(theirs as object));
      }),
      { numRuns: 1_000 },
    );
  });
});
