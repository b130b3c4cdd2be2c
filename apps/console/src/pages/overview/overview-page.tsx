import type { Sample, Status } from '../../api/types.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { useConsole } from '../../live/console-context.js';
import { useLive } from '../../live/use-live.js';
import { useNow } from '../../live/use-now.js';
import { Figures } from './figures.js';
import { HistoryCharts } from './history-charts.js';
import { InstanceTable } from './instance-table.js';
import { PartitionTable } from './partition-table.js';
import { stateOf, troublesOf } from './troubles.js';

const HISTORY_INTERVAL_MS = 5_000;

/** How it goes, at a glance. */
export function OverviewPage() {
  const { status } = useConsole();
  const history = useLive<readonly Sample[]>('/history', HISTORY_INTERVAL_MS);
  return (
    <>
      {status ? <State status={status} /> : <h1>Overview</h1>}
      {status && <Figures status={status} sample={history.data?.at(-1)} />}
      <ProblemNotice error={history.problem} />
      {history.data && <HistoryCharts samples={history.data} />}
      {status && <PartitionTable partitions={status.transport.partitions} />}
      <InstanceTable />
    </>
  );
}

function State({ status }: { readonly status: Status }) {
  const now = useNow();
  const state = stateOf(status);
  const troubles = troublesOf(status, now);
  return (
    <>
      <div role="status" aria-live="polite">
        <h1 class="state" data-state={state}>
          {state}
        </h1>
      </div>
      <ul class="troubles" aria-label="What is wrong">
        {troubles.map(({ level, title, detail }) => (
          <li key={title + detail} class={`notice ${level}`}>
            <strong>{title}</strong> <span>{detail}</span>
          </li>
        ))}
      </ul>
      {troubles.length === 0 && <p class="muted">Nothing is wrong.</p>}
    </>
  );
}
