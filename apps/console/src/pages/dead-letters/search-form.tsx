import type { Wanted } from './use-search.js';

interface Props {
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  readonly busy: boolean;
  /** Results are shown. */
  readonly isActive: boolean;
  readonly onSearch: (wanted: Wanted) => void;
  readonly onEnd: () => void;
}

/** Looks into keys and values. */
export function SearchForm({ open, onToggle, busy, isActive, onSearch, onEnd }: Props) {
  const submit = (event: SubmitEvent & { currentTarget: HTMLFormElement }) => {
    event.preventDefault();
    const given = [...new FormData(event.currentTarget)].filter(([, value]) => value !== '');
    if (given.length > 0) onSearch(Object.fromEntries(given));
  };
  return (
    <details class="card" open={open} onToggle={(event) => onToggle(event.currentTarget.open)}>
      <summary>{isActive ? 'Search: results are shown' : 'Search in keys and values'}</summary>
      <form class="filters" aria-label="Search" onSubmit={submit}>
        <label>
          Key, whole
          <input name="key" maxLength={1_000} autocomplete="off" spellcheck={false} />
        </label>
        <label>
          Text in the value
          <input name="text" maxLength={1_000} autocomplete="off" spellcheck={false} />
        </label>
        <div class="actions">
          <button type="submit" class="primary" disabled={busy}>
            {busy ? 'Searching …' : 'Search'}
          </button>
          {isActive && (
            <button type="button" onClick={onEnd}>
              End search
            </button>
          )}
        </div>
      </form>
    </details>
  );
}
