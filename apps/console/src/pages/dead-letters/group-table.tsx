import type { LetterGroup } from '../../api/letters.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { Table } from '../../components/table.js';
import { formatCount, formatTime } from '../../format.js';
import { useLive } from '../../live/use-live.js';
import { hrefOf } from '../../route.js';
import { filterQuery, type Filter } from './filter.js';

const INTERVAL_MS = 5_000;

/** By cause. Each leads to its letters. */
export function GroupTable({ filter }: { readonly filter: Filter }) {
  const path = `/dead-letters/groups${filterQuery(filter)}`;
  const { data, problem } = useLive<readonly LetterGroup[]>(path, INTERVAL_MS);
  if (problem) return <ProblemNotice error={problem} />;
  if (!data || data.length === 0) return null;
  return (
    <Table caption="By cause" columns={['Reason', 'Rule', '#Count', 'First', 'Last']}>
      {data.map(({ reason, rule, count, firstAt, lastAt }) => (
        <tr key={`${reason} ${rule ?? ''}`}>
          <td>
            {/* What is empty is no filter in an address: the link would lead to everything. */}
            {reason === '' ? (
              'unknown'
            ) : (
              <a href={hrefOf('dead-letters', [], { ...filter, reason, rule: rule ?? undefined })}>
                {reason}
              </a>
            )}
          </td>
          <td>{rule ?? '–'}</td>
          <td class="number">{formatCount(count)}</td>
          <td>{formatTime(firstAt)}</td>
          <td>{formatTime(lastAt)}</td>
        </tr>
      ))}
    </Table>
  );
}
