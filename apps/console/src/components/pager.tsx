import type { Pages } from '../live/use-pages.js';

/** The way to what is older, and back. */
export function Pager({ busy, more, toNewest }: Pick<Pages<unknown>, 'busy' | 'more' | 'toNewest'>) {
  if (!more && !toNewest) return null;
  return (
    <div class="actions">
      {more && (
        <button type="button" disabled={busy} onClick={more}>
          Older
        </button>
      )}
      {toNewest && (
        <button type="button" onClick={toNewest}>
          Back to the newest
        </button>
      )}
    </div>
  );
}
