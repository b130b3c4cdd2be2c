import type { Operation } from '../../api/operations.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { formatTime } from '../../format.js';
import { useLive } from '../../live/use-live.js';
import { describeFilter } from '../dead-letters/filter.js';
import { OperationControls } from './operation-controls.js';
import { OperationProgress } from './operation-progress.js';

const INTERVAL_MS = 2_000;

/** Everything that is done to many dead letters, newest first. */
export function OperationsPage() {
  const { data, problem } = useLive<readonly Operation[]>('/operations', INTERVAL_MS);
  return (
    <>
      <h1>Operations</h1>
      <ProblemNotice error={problem} />
      {data?.length === 0 && <p>There has been no operation yet.</p>}
      <ul class="cards">
        {data?.map((operation) => (
          <li key={operation.id} class="card stack">
            <OperationCard operation={operation} />
          </li>
        ))}
      </ul>
    </>
  );
}

function OperationCard({ operation }: { readonly operation: Operation }) {
  const { id, kind, actor, verified, createdAt, rate, target, filter, selected, before, runner } = operation;
  return (
    <>
      <h2>
        {kind} <span class="mono muted">{id}</span>
      </h2>
      <OperationProgress operation={operation} />
      <dl class="facts">
        <dt>By</dt>
        <dd>
          {actor} {!verified && <span class="badge">unverified</span>}
        </dd>
        <dt>Begun</dt>
        <dd>{formatTime(createdAt)}</dd>
        <dt>Which</dt>
        <dd>
          {before !== null
            ? `everything before ${formatTime(before)}`
            : selected !== null
              ? `${selected} chosen by hand`
              : describeFilter(filter)}
        </dd>
        {kind === 'replay' && (
          <>
            <dt>To</dt>
            <dd>
              {target ?? 'the topic that each came from'}, at most {rate} a second
            </dd>
          </>
        )}
        <dt>Run by</dt>
        <dd>{runner ?? 'nobody at the moment'}</dd>
      </dl>
      <OperationControls operation={operation} />
    </>
  );
}
