import { useMemo } from 'preact/hooks';
import type { Sample } from '../../api/types.js';
import { Chart, type Series } from '../../components/chart.js';
import { formatCount, formatDuration, formatRate } from '../../format.js';

/** The last 15 minutes. */
export function HistoryCharts({ samples }: { readonly samples: readonly Sample[] }) {
  const lines = useMemo(() => linesOf(samples), [samples]);
  const latest = samples.at(-1);
  if (!latest) return <p class="muted">There is no history yet.</p>;
  const { eventsPerSecond, deadLettersPerSecond, lagMessages, lagSeconds } = latest;
  return (
    <section class="charts" aria-label="The last 15 minutes">
      <Chart
        title="Events per second"
        summary={`now ${formatRate(eventsPerSecond)}, dead letters ${formatRate(deadLettersPerSecond)}`}
        times={lines.times}
        series={lines.rates}
        format={formatRate}
      />
      <Chart
        title="Lag in events"
        summary={`now ${formatCount(lagMessages)}, most ${formatCount(most(lines.lag))}`}
        times={lines.times}
        series={lines.lag}
        format={formatCount}
      />
      <Chart
        title="Lag in time"
        summary={`now ${formatDuration(lagSeconds)}, most ${formatDuration(most(lines.delay))}`}
        times={lines.times}
        series={lines.delay}
        format={formatDuration}
      />
    </section>
  );
}

const most = (series: readonly Series[]) => Math.max(0, ...series.flatMap(({ values }) => values));

function linesOf(samples: readonly Sample[]) {
  const line = (label: string, color: string, of: (sample: Sample) => number): Series => ({
    label,
    color,
    values: samples.map(of),
  });
  return {
    times: samples.map(({ at }) => Date.parse(at) / 1_000),
    rates: [
      line('Events', 'accent', ({ eventsPerSecond }) => eventsPerSecond),
      line('Dead letters', 'danger', ({ deadLettersPerSecond }) => deadLettersPerSecond),
    ],
    lag: [line('Events behind', 'warn', ({ lagMessages }) => lagMessages)],
    delay: [line('Time behind', 'warn', ({ lagSeconds }) => lagSeconds)],
  };
}
