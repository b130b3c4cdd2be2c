import type { AuditEntry } from '../../api/types.js';
import type { Page } from '../../api/letters.js';
import { Pager } from '../../components/pager.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { Table } from '../../components/table.js';
import { formatTime } from '../../format.js';
import { usePages } from '../../live/use-pages.js';

const INTERVAL_MS = 5_000;

/** Who did what, newest first. */
export function AuditPage() {
  const pages = usePages<Page<AuditEntry>>('/audit?limit=50', INTERVAL_MS);
  return (
    <>
      <h1>Audit</h1>
      <ProblemNotice error={pages.problem ?? pages.error} />
      {pages.data && <AuditTable entries={pages.data.items} />}
      <Pager {...pages} />
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
            {entry.actor ?? 'nobody known'} {entry.role && <span class="muted">({entry.role})</span>}{' '}
            {!entry.verified && <span class="badge">unverified</span>}
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
