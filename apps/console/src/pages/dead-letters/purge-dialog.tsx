import { useState } from 'preact/hooks';
import type { Operation, Preview } from '../../api/operations.js';
import { Dialog } from '../../components/dialog.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { formatTime } from '../../format.js';
import { useConsole } from '../../live/console-context.js';
import { useCommand } from '../../live/use-command.js';
import { FollowedOperation } from '../operations/followed-operation.js';
import { isoOf } from './filter.js';

/** Deletes everything before a time, for ever. So the count has to be typed. */
export function PurgeDialog({ onClose }: { readonly onClose: () => void }) {
  const { api } = useConsole();
  const { busy, error, run } = useCommand();
  const [counted, setCounted] = useState<{ readonly before: string; readonly count: number }>();
  const [typed, setTyped] = useState('');
  const [operation, setOperation] = useState<Operation>();

  const count = async (form: HTMLFormElement) => {
    const given = new FormData(form).get('before');
    const before = isoOf(typeof given === 'string' ? given : '');
    const preview = await run(() => api.post<Preview>('/dead-letters/purge/dry-run', { before }));
    if (preview) setCounted({ before, count: preview.count });
  };
  const purge = async (command: { readonly before: string; readonly count: number }) => {
    setOperation(await run(() => api.post<Operation>('/dead-letters/purge', command)));
  };

  return (
    <Dialog title="Purge dead letters" onClose={onClose}>
      <div class="stack">
        <ProblemNotice error={error} />
        {!operation && (
          <form
            class="form"
            aria-label="What to purge"
            onSubmit={(event) => {
              event.preventDefault();
              void count(event.currentTarget);
            }}
          >
            <label>
              Everything that was written before
              <input
                name="before"
                type="datetime-local"
                step={1}
                required
                onInput={() => setCounted(undefined)}
              />
            </label>
            <button type="submit" disabled={busy}>
              Count
            </button>
          </form>
        )}
        {counted && !operation && (
          <form
            class="form"
            aria-label="Purge"
            onSubmit={(event) => {
              event.preventDefault();
              void purge(counted);
            }}
          >
            <p role="status" class="notice error">
              {counted.count} dead letters from before {formatTime(counted.before)} would be gone for ever.
            </p>
            <label>
              Type {counted.count} to go on
              <input
                inputMode="numeric"
                autocomplete="off"
                value={typed}
                onInput={(event) => setTyped(event.currentTarget.value.trim())}
              />
            </label>
            <button
              type="submit"
              class="danger"
              disabled={busy || counted.count === 0 || typed !== String(counted.count)}
            >
              Purge {counted.count}
            </button>
          </form>
        )}
        {operation && <FollowedOperation id={operation.id} />}
      </div>
    </Dialog>
  );
}
