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
    ...{ key: null, value: Buffer.alloc(2 * MIB), headers: [] },
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
