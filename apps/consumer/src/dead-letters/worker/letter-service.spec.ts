import { expect, it, jest } from '@jest/globals';
import { RecordLookup, type FoundRecord, type Kafka } from '@pipeline/kafka';
import { LetterService } from './letter-service.js';

const OPTIONS = {
  topic: 'dlq',
  max: 100,
  share: 1,
  operations: { topic: 'o', group: 'g', secret: undefined },
};
const MIB = 1_048_576;
const service = () => new LetterService({} as unknown as Kafka, OPTIONS);

const large = (offset: number): FoundRecord => ({
  partition: 0,
  offset,
  record: {
    ...{ offset: String(offset), timestamp: '0', timestampMs: 0 },
    ...{ key: null, value: Buffer.alloc(MIB / 2), headers: [] },
  },
});

it('hands out letters up to some megabytes, and says how many are left', async () => {
  jest.spyOn(RecordLookup.prototype, 'read').mockImplementation(async function* (positions) {
    await Promise.resolve();
    for (const [at, { offset }] of positions.entries()) {
      yield { found: [large(offset)], left: positions.length - at - 1 };
    }
  });
  const positions = Array.from({ length: 20 }, (_, offset) => ({ partition: 0, offset }));
  const { letters, left } = await service().records(positions.toReversed());
  expect(letters.map(({ offset }) => offset)).toEqual([0, 1, 2, 3]);
  expect(left).toBe(16);
  expect(await service().records(positions.slice(0, 2))).toMatchObject({ left: 0 });
});

const record = (offset: number) => ({ ...large(offset).record, value: null, eachHeader: () => undefined });

/** One batch as the reader hands it out. */
function take(to: LetterService, position: number, offsets: readonly number[], low = 0) {
  const batch = {
    ...{ topic: 'dlq', partition: 0, records: offsets.map(record), position: BigInt(position) },
    ...{ nextOffset: BigInt((offsets.at(-1) ?? position) + 1), startOffset: BigInt(low) },
  };
  (to as unknown as { take(one: typeof batch): void }).take(batch);
}

it('counts what is below an offset, also where it does not reach back to it', () => {
  const all = service();
  take(all, 0, [0, 1, 2, 4]);
  expect([0, 1, 4, 9].map((end) => all.below(new Map([[0, end]])))).toEqual([0, 1, 3, 4]);
  const late = service();
  take(late, 50, [50, 51], 10);
  expect([5, 20, 51].map((end) => late.below(new Map([[0, end]])))).toEqual([0, 10, 41]);
  // The newest hundred are kept.
  const full = service();
  take(
    full,
    0,
    Array.from({ length: 120 }, (_, offset) => offset),
  );
  expect([10, 20, 120].map((end) => full.below(new Map([[0, end]])))).toEqual([10, 20, 120]);
  take(full, 120, [], 15);
  expect(full.below(new Map([[0, 120]]))).toBe(105);
});

it('forgets the letters of a topic that was made anew', () => {
  const followed = service();
  take(followed, 0, [0, 1, 2]);
  take(followed, 3, [3, 4]);
  expect(followed.state().indexed).toBe(5);
  take(followed, 0, [0, 1]);
  expect(followed.state().indexed).toBe(2);
  expect(followed.list({}, { limit: 10 }).items.map(({ offset }) => offset)).toEqual([1, 0]);
  expect(followed.ends()).toEqual(new Map([[0, 2]]));
});
