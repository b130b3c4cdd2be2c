import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchSize, recordSize } from '../driver/codec/record-encoder.js';
import type { OutgoingRecord } from '../record.js';
import { outgoingRecord } from '../testing/records.js';
import { toChunks } from './chunks.js';
import { TopicLimits } from './topic-limits.js';

const record = (topic: string, size: number) => outgoingRecord({ topic, value: Buffer.alloc(size) });

function limitsOf(limits: Record<string, number>, oneTopicPerRequest = false): TopicLimits {
  const known = new TopicLimits();
  for (const [topic, bytes] of Object.entries(limits)) known.set(topic, bytes);
  const size = { bytes: 1, records: 1 };
  if (oneTopicPerRequest)
    known.refused(
      new Map([
        ['a', size],
        ['b', size],
      ]),
    );
  return known;
}

/** Bytes and records by topic, counted anew. */
function sizesOf(records: readonly OutgoingRecord[]) {
  const byTopic = Map.groupBy(records, ({ topic }) => topic);
  return new Map(
    [...byTopic].map(([topic, some]) => [
      topic,
      { bytes: batchSize(some.reduce((sum, one) => sum + recordSize(one), 0)), records: some.length },
    ]),
  );
}

const anyRecords = fc.array(
  fc
    .record({ topic: fc.constantFrom('a', 'b', 'c'), size: fc.nat(120) })
    .map(({ topic, size }) => record(topic, size)),
  { maxLength: 16 },
);
const anyLimits = fc
  .tuple(
    fc.record({ a: fc.integer({ min: 60, max: 600 }), b: fc.integer({ min: 60, max: 600 }) }),
    fc.boolean(),
  )
  .map(([limits, oneTopic]) => limitsOf(limits, oneTopic));

const law = (holds: (chunks: OutgoingRecord[][], limits: TopicLimits, all: OutgoingRecord[]) => boolean) =>
  fc.assert(
    fc.property(anyRecords, anyLimits, (all, limits) =>
      holds(
        [...toChunks(all, limits)].map(({ records }) => records),
        limits,
        all,
      ),
    ),
    { numRuns: 1_000 },
  );

describe('chunks', () => {
  it('hold all records, each once, in their order', () => {
    law((chunks, _, all) => {
      const flat = chunks.flat();
      return flat.length === all.length && flat.every((one, index) => one === all[index]);
    });
  });

  it('are never empty', () => law((chunks) => chunks.every(({ length }) => length > 0)));

  it('pass the limit of no topic, unless with a single record', () => {
    law((chunks, limits) =>
      chunks.every((chunk) =>
        [...sizesOf(chunk)].every(([topic, size]) => size.records === 1 || size.bytes <= limits.get(topic)),
      ),
    );
  });

  it('hold one topic each, once a refusal has not told which', () => {
    law((chunks, limits) => !limits.oneTopicPerRequest || chunks.every((chunk) => sizesOf(chunk).size === 1));
  });

  it('are as few as their order allows: the first record of each has no room in the one before', () => {
    law((chunks, limits) =>
      chunks.slice(1).every(([first], index) => {
        const joined = sizesOf([...(chunks[index] ?? []), first as OutgoingRecord]);
        const { topic } = first as OutgoingRecord;
        return (
          (joined.get(topic)?.bytes ?? 0) > limits.get(topic) ||
          (limits.oneTopicPerRequest && joined.size > 1)
        );
      }),
    );
  });

  it('tell their bytes and records by topic', () => {
    const chunks = [...toChunks([record('a', 10), record('b', 20), record('a', 30)], new TopicLimits())];
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.sizes).toEqual(sizesOf(chunks[0]?.records ?? []));
  });

  it('hold 10,000 records at most, however small', () => {
    const records = Array.from({ length: 25_000 }, () => record('a', 0));
    const lengths = [...toChunks(records, new TopicLimits())].map((chunk) => chunk.records.length);
    expect(lengths).toEqual([10_000, 10_000, 5_000]);
  });

  it('are smaller for records that were refused together', () => {
    const records = [record('a', 100), record('a', 100)];
    const limits = new TopicLimits();
    limits.refused(sizesOf(records));
    expect([...toChunks(records, limits)].map((chunk) => chunk.records.length)).toEqual([1, 1]);
  });

  it('of no records are none', () => expect([...toChunks([], new TopicLimits())]).toEqual([]));
});
