import type { Pause } from '../../api/types.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { formatDistance, formatPartitions, formatTime } from '../../format.js';
import { useConsole } from '../../live/console-context.js';
import { useCommand } from '../../live/use-command.js';
import { useNow } from '../../live/use-now.js';
import { may } from '../../session.js';

export function PauseList({ pauses }: { readonly pauses: readonly Pause[] }) {
  const { api, me, say } = useConsole();
  const { busy, error, run } = useCommand();
  const now = useNow();

  const resume = async ({ scope, partitions }: Pick<Pause, 'scope' | 'partitions'>) => {
    const body = { scope, ...(partitions?.length && { partitions }) };
    if (await run(() => api.post('/resume', body))) say('Resumed.');
  };
  const resumeAll = () => resume({ scope: 'group', partitions: null });

  return (
    <section class="stack" aria-label="Pauses">
      <ProblemNotice error={error} />
      <div role="status">{pauses.length === 0 && <p>Nothing is paused.</p>}</div>
      <ul class="cards">
        {pauses.map((pause) => (
          <li key={`${pause.scope} ${pause.partitions?.join() ?? ''}`} class="card pause">
            <h2>{titleOf(pause)}</h2>
            <p>{pause.reason ?? <em>No reason given.</em>}</p>
            <dl class="facts">
              <dt>By</dt>
              <dd>
                {pause.actor ?? 'unknown'} {!pause.verified && <span class="badge">unverified</span>}
              </dd>
              <dt>Since</dt>
              <dd>{formatTime(pause.since)}</dd>
              <dt>Ends</dt>
              <dd>{pause.until === null ? 'when somebody resumes' : formatDistance(pause.until, now)}</dd>
            </dl>
            {may(me, 'operator') && (
              <button type="button" class="primary" disabled={busy} onClick={() => void resume(pause)}>
                Resume {nameOf(pause)}
              </button>
            )}
          </li>
        ))}
      </ul>
      {may(me, 'operator') && (
        <div class="actions">
          <button type="button" disabled={busy} onClick={() => void resumeAll()}>
            Resume everything
          </button>
          <span class="muted">
            Ends every pause of the group, and lets go on what waits for an operator: a flood, what is
            undeliverable or out of range.
          </span>
        </div>
      )}
    </section>
  );
}

const nameOf = ({ scope, partitions }: Pause): string =>
  partitions?.length ? `partitions ${formatPartitions(partitions)}` : `the ${scope}`;

const titleOf = (pause: Pause): string =>
  pause.scope === 'group'
    ? `Paused on every instance: ${nameOf(pause)}`
    : `Paused on this instance: ${nameOf(pause)}`;
