import type { LetterFilter } from './letter.js';
import { toDetail } from './letter-detail.js';
import { nameOf } from './letter-position.js';
import type { Letters } from './letters.js';

const PAGE = 200;

/** Every letter that matches as one line of JSON, newest first; page by page, as fast as they are taken. */
export async function* exportLetters(
  letters: Pick<Letters, 'ask'>,
  filter: LetterFilter,
  masked: boolean,
): AsyncGenerator<string> {
  for (let cursor: string | undefined; ;) {
    const { items, nextCursor } = await letters.ask('list', filter, { limit: PAGE, cursor });
    for (let at = 0, size = PAGE; at < items.length;) {
      const some = items.slice(at, at + size);
      const { letters: stored, left } = await letters.ask('records', some);
      if (left > 0) {
        // Too much for one answer, and these are not the newest of them.
        size = Math.ceil(some.length / 2);
        continue;
      }
      const byName = new Map(stored.map((letter) => [nameOf(letter), letter]));
      const lines = some.flatMap((item) => {
        const letter = byName.get(nameOf(item));
        return letter ? [`${JSON.stringify(toDetail(letter, { summary: item }, masked))}\n`] : [];
      });
      if (lines.length > 0) yield lines.join('');
      at += some.length;
    }
    if (nextCursor === null) return;
    cursor = nextCursor;
  }
}
