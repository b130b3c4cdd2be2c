import { useState } from 'preact/hooks';
import type { AuditEntry, AuditPage as Page } from '../../api/types.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { Table } from '../../components/table.js';
import { formatTime } from '../../format.js';
import { useConsole } from '../../live/console-context.js';
import { useCommand } from '../../live/use-command.js';
import { useLive } from '../../live/use-live.js';

const PATH = '/audit?limit=50';
const INTERVAL_MS = 5_000;

/** Who did what, newest first. */
export function AuditPage() {
  const { api } = useConsole();
  const { data, problem } = useLive<Page>(PATH, INTERVAL_MS);
  const [older, setOlder] = useState<Page>();
  const { busy, error, run } = useCommand();

  // While older ones are shown, the list stands still: new ones would push what is read away.
  const shown = older ?? data;
  const more = async () => {
    const cursor = shown?.nextCursor;
    if (!shown || typeof cursor !== 'string') return;
    const page = await run(() => api.get<Page>(`${PATH}&cursor=${encodeURIComponent(cursor)}`));
    if (page) setOlder({ items: [...shown.items, ...page.items], nextCursor: page.nextCursor });
  };

  return (
    <>
      <h1>Audit</h1>
      <ProblemNotice error={problem ?? error} />
      {shown && <AuditTable entries={shown.items} />}
      <div class="actions">
        {typeof shown?.nextCursor === 'string' && (
          <button type="button" disabled={busy} onClick={() => void more()}>
            Older
          </button>
        )}
        {older && (
          <button type="button" onClick={() => setOlder(undefined)}>
            Back to the newest
          </button>
        )}
      </div>
    </>
  );
}

function AuditTable({ entries }: { readonly entries: readonly AuditEntry[] }) {
  if (entries.length === 0) return <p>Nobody has commanded anything yet.</p>;
  return (
    <Table
      caption="Commands and denied attempts, newest first"
      columns={['When', 'Who', 'What', 'With', 'Outcome', 'From']}
    >
      {entries.map((entry, index) => (
        <tr key={`${entry.at} ${index}`}>
          <td>{formatTime(entry.at)}</td>
          <td>
            {entry.actor ?? 'nobody known'} {entry.role && <span class="muted">({entry.role})</span>}
          </td>
          <td>{entry.action}</td>
          <td class="wide">{describe(entry.parameters)}</td>
          <td>{entry.outcome}</td>
          <td>{entry.from}</td>
        </tr>
      ))}
    </Table>
  );
}

/** `for: 15m, reason: deploy`. */
const describe = (parameters: AuditEntry['parameters']): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
