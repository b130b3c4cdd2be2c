import type { Sample, Status } from '../../api/types.js';
import { formatCount, formatDuration, formatRate } from '../../format.js';

interface Props {
  readonly status: Status;
  readonly sample: Sample | undefined;
}

/** The numbers one looks at first. */
export function Figures({ status, sample }: Props) {
  const { partitions } = status.transport;
  const lag = partitions.reduce((sum, { lagMessages }) => sum + lagMessages, 0);
  const behind = partitions.reduce((most, { lagSeconds }) => Math.max(most, lagSeconds), 0);
  const { processed, deadLettered } = status.throughput ?? { processed: undefined, deadLettered: undefined };
  return (
    <dl class="figures">
      <Figure name="Events per second" value={rate(sample?.eventsPerSecond ?? processed)} />
      <Figure name="Dead letters per second" value={rate(sample?.deadLettersPerSecond ?? deadLettered)} />
      <Figure name="Lag, events" value={formatCount(lag)} />
      <Figure name="Lag, time" value={formatDuration(behind)} />
      {status.rebalances !== undefined && <Figure name="Rebalances" value={formatCount(status.rebalances)} />}
    </dl>
  );
}

const rate = (value: number | undefined) => (value === undefined ? '–' : formatRate(value));

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div class="card figure">
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
