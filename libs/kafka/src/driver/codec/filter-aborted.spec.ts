import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filterAborted } from './filter-aborted.js';

type Kind = 'data' | 'plain' | 'commit' | 'abort';

interface TestRecord {
  readonly offset: string;
  readonly key: Buffer | null;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
}

const marker = (type: number) => Buffer.from([0, 0, 0, type]);
const record = (offset: number, producerId: string, kind: Kind, key: Buffer | null = null): TestRecord => ({
  offset: String(offset),
  key: kind === 'abort' ? marker(0) : kind === 'commit' ? marker(1) : key,
  isControlRecord: kind === 'abort' || kind === 'commit',
  batchContext: { producerId, inTransaction: kind !== 'plain' },
});
const offsetsOf = (records: readonly TestRecord[]) => records.map(({ offset }) => Number(offset));

/**
 * A log as producers write it, with the list of aborted transactions that a broker would send, and the offsets
 * of data that a reader of committed records may see.
 */
function logOf(steps: readonly { producerId: string; kind: Kind }[]) {
  const messages: TestRecord[] = [];
  const abortedTransactions: { producerId: string; firstOffset: string }[] = [];
  const open = new Map<string, number[]>();
  const readable: number[] = [];
  const end = (producerId: string, kind: 'commit' | 'abort') => {
    const offsets = open.get(producerId);
    if (!offsets) return;
    messages.push(record(messages.length, producerId, kind));
    if (kind === 'commit') readable.push(...offsets);
    else abortedTransactions.unshift({ producerId, firstOffset: String(offsets[0]) });
    open.delete(producerId);
  };
  for (const { producerId, kind } of steps) {
    const offset = messages.length;
    if (kind === 'plain') readable.push(offset);
    else if (kind === 'data') open.set(producerId, [...(open.get(producerId) ?? []), offset]);
    else {
      end(producerId, kind);
      continue;
    }
    // A key that looks like a marker's, as any key may.
    messages.push(record(offset, producerId, kind, marker(0)));
  }
  for (const producerId of [...open.keys()]) end(producerId, 'abort');
  return { messages, abortedTransactions, readable: readable.sort((a, b) => a - b) };
}

describe('the filter of aborted records', () => {
  it.each([undefined, null, []])('keeps all when nothing was aborted (%j)', (abortedTransactions) => {
    const messages = [record(0, '1', 'data'), record(1, '1', 'commit')];
    const fetched = abortedTransactions === undefined ? { messages } : { messages, abortedTransactions };
    expect(filterAborted(fetched)).toBe(messages);
  });

  it('drops what was aborted, also when the transaction began before the fetch', () => {
    const messages = [record(10, '1', 'data'), record(11, '1', 'abort'), record(12, '1', 'data')];
    const abortedTransactions = [{ producerId: '1', firstOffset: '3' }];
    expect(offsetsOf(filterAborted({ messages, abortedTransactions }))).toEqual([11, 12]);
  });

  it('keeps what was written beside transactions by the same producer', () => {
    const messages = [record(0, '1', 'data'), record(1, '1', 'plain'), record(2, '1', 'abort')];
    const abortedTransactions = [{ producerId: '1', firstOffset: '0' }];
    expect(offsetsOf(filterAborted({ messages, abortedTransactions }))).toEqual([1, 2]);
  });

  it('shows exactly the committed records of any log, and the markers', () => {
    const step = fc.record({
      producerId: fc.constantFrom('1', '2', '9007199254740993'),
      kind: fc.constantFrom<Kind>('data', 'data', 'plain', 'commit', 'abort'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { messages, abortedTransactions, readable } = logOf(steps);
        const kept = filterAborted({ messages, abortedTransactions });
        expect(offsetsOf(kept.filter(({ isControlRecord }) => !isControlRecord))).toEqual(readable);
        expect(kept.filter(({ isControlRecord }) => isControlRecord)).toEqual(
          messages.filter(({ isControlRecord }) => isControlRecord),
        );
      }),
      { numRuns: 500 },
    );
  });
});
