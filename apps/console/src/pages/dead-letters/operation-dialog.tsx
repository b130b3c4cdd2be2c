import { useEffect, useState } from 'preact/hooks';
import type { LetterPosition } from '../../api/letters.js';
import type { Operation, Preview } from '../../api/operations.js';
import { Dialog } from '../../components/dialog.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { formatCount } from '../../format.js';
import { useConsole } from '../../live/console-context.js';
import { useCommand } from '../../live/use-command.js';
import { FollowedOperation } from '../operations/followed-operation.js';
import { PreviewFacts } from './preview-facts.js';

export type Choice = { readonly selection: readonly LetterPosition[] } | { readonly filter: object };

interface Props {
  readonly kind: 'replay' | 'park';
  readonly choice: Choice;
  readonly onStarted: () => void;
  readonly onClose: () => void;
}

const DEFAULT_RATE = 500;
const VERB = { replay: 'Replay', park: 'Park' };

/** First a dry run, then the operation, then how far it is. It goes on when the dialog is closed. */
export function OperationDialog({ kind, choice, onStarted, onClose }: Props) {
  const { api, say } = useConsole();
  const { busy, error, run } = useCommand();
  const [preview, setPreview] = useState<Preview>();
  const [operation, setOperation] = useState<Operation>();
  const [rate, setRate] = useState(DEFAULT_RATE);

  useEffect(() => {
    void run(() => api.post<Preview>(`/dead-letters/${kind}/dry-run`, choice)).then(setPreview);
  }, []);

  const start = async () => {
    const body = kind === 'replay' ? { ...choice, rate } : choice;
    const started = await run(() => api.post<Operation>(`/dead-letters/${kind}`, body));
    if (!started) return;
    setOperation(started);
    onStarted();
    say(`${VERB[kind]} has begun.`);
  };

  return (
    <Dialog title={`${VERB[kind]} dead letters`} onClose={onClose}>
      <div class="stack">
        <ProblemNotice error={error} />
        {!preview && !error && <p role="status">Counting …</p>}
        {preview && !operation && (
          <>
            <PreviewFacts kind={kind} preview={preview} />
            {kind === 'replay' && (
              <label>
                Letters a second
                <input
                  type="number"
                  min={1}
                  value={rate}
                  onInput={(event) => setRate(event.currentTarget.valueAsNumber || DEFAULT_RATE)}
                />
              </label>
            )}
            <div class="actions">
              <button
                type="button"
                class="primary"
                disabled={busy || preview.count === 0}
                onClick={() => void start()}
              >
                {VERB[kind]} {formatCount(preview.count)}
              </button>
              <button type="button" onClick={onClose}>
                Leave it
              </button>
            </div>
          </>
        )}
        {operation && <FollowedOperation id={operation.id} />}
      </div>
    </Dialog>
  );
}
