import type { LetterFilter } from '../letter.js';
import { REPLAYED, type Chunk } from './letter-columns.js';
import type { LetterTexts } from './letter-fields.js';
import type { ViolationSets } from './violation-sets.js';

export type Matches = (chunk: Chunk, index: number) => boolean;

const NEVER: Matches = () => false;

/** A filter as tests on numbers, cheapest first. A text that no letter has matches none. */
export function toMatcher(filter: LetterFilter, texts: LetterTexts, sets: ViolationSets): Matches {
  const { rule, field, from, to, partition, offset, replayed } = filter;
  const tests: Matches[] = [];
  if (filter.reason !== undefined) {
    const id = texts.reasons.find(filter.reason);
    if (id === undefined) return NEVER;
    tests.push(({ reason }, index) => reason[index] === id);
  }
  if (filter.topic !== undefined) {
    const id = texts.topics.find(filter.topic);
    if (id === undefined) return NEVER;
    tests.push(({ topic }, index) => topic[index] === id);
  }
  if (partition !== undefined) tests.push((chunk, index) => chunk.partition[index] === partition);
  if (offset !== undefined) tests.push(({ originOffset }, index) => originOffset[index] === offset);
  if (from !== undefined) tests.push(({ failedAt }, index) => (failedAt[index] ?? 0) >= from);
  if (to !== undefined) tests.push(({ failedAt }, index) => (failedAt[index] ?? 0) < to);
  if (replayed !== undefined) {
    tests.push(({ flags }, index) => (((flags[index] ?? 0) & REPLAYED) !== 0) === replayed);
  }
  if (rule !== undefined || field !== undefined) {
    const wanted = sets.matching(
      (one) => (rule === undefined || one.rule === rule) && (field === undefined || one.field === field),
    );
    tests.push(({ violations }, index) => wanted[violations[index] ?? 0] === 1);
  }
  return (chunk, index) => {
    for (const test of tests) if (!test(chunk, index)) return false;
    return true;
  };
}
