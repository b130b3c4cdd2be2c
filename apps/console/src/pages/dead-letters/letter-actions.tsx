import { useState } from 'preact/hooks';
import { ProblemNotice } from '../../components/problem-notice.js';
import { useConsole } from '../../live/console-context.js';
import { useCommand } from '../../live/use-command.js';
import { may } from '../../session.js';
import { saveFile } from './save-file.js';
import { filterBody, filterQuery, type Filter } from './filter.js';
import { OperationDialog, type Choice } from './operation-dialog.js';
import { PurgeDialog } from './purge-dialog.js';
import type { Selection } from './use-selection.js';

interface Props {
  readonly filter: Filter;
  /** Search results are shown: only a selection of them can be worked on. */
  readonly isSearch: boolean;
  readonly selection: Selection;
}

/** As many as one command may name. */
const MOST_SELECTED = 400;

type Open = { readonly kind: 'replay' | 'park'; readonly choice: Choice } | { readonly kind: 'purge' };

/** What can be done with the selection, or with all that match. */
export function LetterActions({ filter, isSearch, selection }: Props) {
  const { api, me } = useConsole();
  const exporting = useCommand();
  const [open, setOpen] = useState<Open>();
  const { positions } = selection;
  const choice = positions.length > 0 ? { selection: positions } : { filter: filterBody(filter) };
  const what = positions.length > 0 ? `${positions.length} selected` : 'all that match';
  const isTooMany = positions.length > MOST_SELECTED;
  const isDisabled = isTooMany || (isSearch && positions.length === 0);

  const save = async () => {
    const path = `/dead-letters/export${filterQuery(filter)}`;
    const file = await exporting.run(() => api.download(path));
    if (file) saveFile(file, 'dead-letters.ndjson');
  };

  return (
    <div class="stack">
      <div class="actions">
        {may(me, 'operator') &&
          (['replay', 'park'] as const).map((kind) => (
            <button key={kind} type="button" disabled={isDisabled} onClick={() => setOpen({ kind, choice })}>
              {kind === 'replay' ? 'Replay' : 'Park'} {what} …
            </button>
          ))}
        <button type="button" disabled={exporting.busy} onClick={() => void save()}>
          {exporting.busy ? 'Exporting …' : 'Export all that match'}
        </button>
        {may(me, 'admin') && (
          <button type="button" onClick={() => setOpen({ kind: 'purge' })}>
            Purge …
          </button>
        )}
      </div>
      {isTooMany && (
        <p class="notice warning">At most {MOST_SELECTED} can be chosen by hand; use a filter for more.</p>
      )}
      <ProblemNotice error={exporting.error} />
      {open?.kind === 'purge' && <PurgeDialog onClose={() => setOpen(undefined)} />}
      {open && open.kind !== 'purge' && (
        <OperationDialog {...open} onStarted={selection.clear} onClose={() => setOpen(undefined)} />
      )}
    </div>
  );
}
