import type { Operation } from '../../api/operations.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { useConsole } from '../../live/console-context.js';
import { useCommand } from '../../live/use-command.js';
import { may } from '../../session.js';

type Wish = 'pause' | 'resume' | 'cancel';
const SAID: Record<Wish, string> = { pause: 'Paused.', resume: 'Resumed.', cancel: 'Cancelled.' };

/** Pause, resume and cancel, as far as the state and the role allow it. */
export function OperationControls({ operation: { id, kind, state } }: { readonly operation: Operation }) {
  const { api, me, say } = useConsole();
  const { busy, error, run } = useCommand();
  if (!may(me, 'operator') || (state !== 'running' && state !== 'paused')) return null;

  const wish = async (what: Wish) => {
    const answer = await run(() => api.post(`/operations/${encodeURIComponent(id)}/${what}`));
    if (answer !== undefined) say(SAID[what]);
  };
  const button = (what: Wish, label: string) => (
    <button
      type="button"
      disabled={busy}
      onClick={() => void wish(what)}
      aria-label={`${label} ${kind} ${id}`}
    >
      {label}
    </button>
  );
  return (
    <>
      <div class="actions">
        {state === 'running' ? button('pause', 'Pause') : button('resume', 'Resume')}
        {button('cancel', 'Cancel')}
      </div>
      <ProblemNotice error={error} />
    </>
  );
}
