import type { LetterPage } from '../../api/letters.js';
import { formatCount } from '../../format.js';

/** While the index is built, not everything is found. */
export function IndexNotice({ index: { state, indexed, total } }: Pick<LetterPage, 'index'>) {
  if (state === 'ready') return <p class="muted">{formatCount(indexed)} dead letters can be found.</p>;
  return (
    <div class="notice warning" role="status">
      <p>
        The dead letters are being read: {formatCount(indexed)} of {formatCount(total)}. Until then not all
        are found.
      </p>
      <progress max={Math.max(1, total)} value={indexed} aria-label="Dead letters read" />
    </div>
  );
}
