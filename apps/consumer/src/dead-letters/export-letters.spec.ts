import { expect, it } from '@jest/globals';
import { exportLetters } from './export-letters.js';
import type { LetterPosition } from './letter.js';
import type { Letters } from './letters.js';

const COUNT = 9;
const ANSWER = 2;

/** Letters of which two are enough for one answer. */
const ask = (method: string, given: readonly LetterPosition[]) => {
  const items = Array.from({ length: COUNT }, (_, offset) => ({ partition: 0, offset })).toReversed();
  if (method === 'list') return Promise.resolve({ items, nextCursor: null });
  const letters = given
    .toReversed()
    .slice(0, ANSWER)
    .map((position) => ({ ...position, timestamp: 0, key: null, value: null, headers: [] }));
  return Promise.resolve({ letters, left: given.length - letters.length });
};

it('writes every letter once, the newest first, also where few of them are enough for one answer', async () => {
  const offsets: number[] = [];
  for await (const lines of exportLetters({ ask } as unknown as Letters, {}, false)) {
    for (const line of lines.trim().split('\n')) offsets.push((JSON.parse(line) as LetterPosition).offset);
  }
  expect(offsets).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
});
