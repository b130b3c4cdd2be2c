import type { Operation } from '../../api/operations.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { useLive } from '../../live/use-live.js';
import { hrefOf } from '../../route.js';
import { OperationControls } from './operation-controls.js';
import { OperationProgress } from './operation-progress.js';

const INTERVAL_MS = 1_000;

/** How far an operation is, as it goes. */
export function FollowedOperation({ id }: { readonly id: string }) {
  const { data, problem } = useLive<Operation>(`/operations/${encodeURIComponent(id)}`, INTERVAL_MS);
  return (
    <>
      <ProblemNotice error={problem} />
      {!data && !problem && <p role="status">It begins …</p>}
      {data && <OperationProgress operation={data} />}
      {data && <OperationControls operation={data} />}
      <p>
        It goes on when this is closed: <a href={hrefOf('operations')}>all operations</a>.
      </p>
    </>
  );
}
