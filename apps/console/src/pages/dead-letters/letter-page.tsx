import { useState } from 'preact/hooks';
import type { LetterDetail } from '../../api/letters.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { useConsole } from '../../live/console-context.js';
import { useLive } from '../../live/use-live.js';
import { hrefOf } from '../../route.js';
import { may } from '../../session.js';
import { LetterContent } from './letter-content.js';
import { LetterFacts } from './letter-facts.js';
import { OperationDialog } from './operation-dialog.js';

interface Props {
  readonly partition: string;
  readonly offset: string;
}

const INTERVAL_MS = 5_000;

/** One dead letter, with everything that is needed to understand it. */
export function LetterPage({ partition, offset }: Props) {
  const path = `/dead-letters/${encodeURIComponent(partition)}/${encodeURIComponent(offset)}`;
  const { data, problem } = useLive<LetterDetail>(path, INTERVAL_MS);
  return (
    <>
      <p>
        <a href={hrefOf('dead-letters')}>All dead letters</a>
      </p>
      <h1>
        Dead letter {partition}/{offset}
      </h1>
      <ProblemNotice error={problem} />
      {data && (
        <>
          <Actions letter={data} />
          <LetterFacts letter={data} />
          <LetterContent letter={data} />
        </>
      )}
    </>
  );
}

function Actions({ letter: { partition, offset } }: { readonly letter: LetterDetail }) {
  const { me } = useConsole();
  const [open, setOpen] = useState<'replay' | 'park'>();
  if (!may(me, 'operator')) return null;
  return (
    <div class="actions">
      <button type="button" onClick={() => setOpen('replay')}>
        Replay this one …
      </button>
      <button type="button" onClick={() => setOpen('park')}>
        Park this one …
      </button>
      {open && (
        <OperationDialog
          kind={open}
          choice={{ selection: [{ partition, offset }] }}
          onStarted={() => undefined}
          onClose={() => setOpen(undefined)}
        />
      )}
    </div>
  );
}
