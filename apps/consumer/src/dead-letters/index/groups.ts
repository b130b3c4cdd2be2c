import type { LetterGroup } from '../letter.js';
import type { Place } from './letter-columns.js';
import type { LetterTexts } from './letter-fields.js';
import { toIso } from './iso-time.js';
import type { ViolationSets } from './violation-sets.js';

interface Sum {
  count: number;
  firstAt: number;
  lastAt: number;
}

const SETS = 65_536;

/** Letters by reason and broken rule, the most frequent first. */
export function groupsOf(
  places: Iterable<Place>,
  texts: LetterTexts,
  sets: ViolationSets,
): readonly LetterGroup[] {
  const byNumbers = new Map<number, Sum>();
  for (const { chunk, index } of places) {
    const numbers = (chunk.reason[index] ?? 0) * SETS + (chunk.violations[index] ?? 0);
    const at = chunk.failedAt[index] ?? -1;
    addTo(byNumbers, numbers, { count: 1, firstAt: at, lastAt: at });
  }
  const byNames = new Map<string, Sum>();
  for (const [numbers, sum] of byNumbers) {
    const reason = texts.reasons.text(Math.floor(numbers / SETS));
    const rules = new Set<string | null>(sets.get(numbers % SETS).map(({ rule }) => rule));
    if (rules.size === 0) rules.add(null);
    for (const rule of rules) addTo(byNames, JSON.stringify([reason, rule]), sum);
  }
  // In the order of their names where the counts are equal.
  return [...byNames]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([names, { count, firstAt, lastAt }]) => {
      const [reason, rule] = JSON.parse(names) as [string, string | null];
      return { reason, rule, count, firstAt: toIso(firstAt), lastAt: toIso(lastAt) };
    })
    .sort((a, b) => b.count - a.count);
}

function addTo<Key>(sums: Map<Key, Sum>, key: Key, { count, firstAt, lastAt }: Sum): void {
  const sum = sums.get(key);
  if (!sum) {
    sums.set(key, { count, firstAt, lastAt });
    return;
  }
  sum.count += count;
  sum.firstAt = Math.min(sum.firstAt, firstAt);
  sum.lastAt = Math.max(sum.lastAt, lastAt);
}
