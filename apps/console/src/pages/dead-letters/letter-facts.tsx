import type { LetterDetail } from '../../api/letters.js';
import { Table } from '../../components/table.js';
import { formatTime } from '../../format.js';
import { fateOf } from './letter-table.js';

/** Why it died, where it came from, and what became of it since. */
export function LetterFacts({ letter }: { readonly letter: LetterDetail }) {
  const { reason, failedAt, timestamp, origin, attempts, violations, replays } = letter;
  return (
    <>
      <dl class="card facts">
        <dt>Reason</dt>
        <dd>{reason || 'unknown'}</dd>
        <dt>Failed</dt>
        <dd>{formatTime(failedAt)}</dd>
        <dt>Written</dt>
        <dd>{formatTime(timestamp)}</dd>
        <dt>Origin</dt>
        <dd>
          {origin ? `${origin.topic}, partition ${origin.partition}, offset ${origin.offset}` : 'unknown'}
        </dd>
        <dt>Attempts</dt>
        <dd>{attempts ?? 'unknown'}</dd>
        <dt>State</dt>
        <dd>{fateOf(letter)}</dd>
      </dl>
      {violations.length > 0 && (
        <Table caption="Broken rules" columns={['Field', 'Rule', 'What is wrong']}>
          {violations.map(({ field, rule, message }) => (
            <tr key={`${field} ${rule}`}>
              <td>{field}</td>
              <td>{rule}</td>
              <td class="wide">{message}</td>
            </tr>
          ))}
        </Table>
      )}
      {replays.length > 0 && (
        <Table caption="Replays" columns={['When', 'What', 'Operation']}>
          {replays.map(({ operation, at, outcome }) => (
            <tr key={operation + at}>
              <td>{formatTime(at)}</td>
              <td>{outcome}</td>
              <td class="mono">{operation}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
