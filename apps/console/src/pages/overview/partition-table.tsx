import type { Partition } from '../../api/types.js';
import { Table } from '../../components/table.js';
import { formatCount, formatDuration } from '../../format.js';

const COLUMNS = ['Topic', '#Partition', '#Lag', '#Behind', '#Next offset', 'State'];

export function PartitionTable({ partitions }: { readonly partitions: readonly Partition[] }) {
  if (partitions.length === 0) return <p class="muted">This instance has no partitions.</p>;
  return (
    <Table caption="Partitions of this instance" columns={COLUMNS}>
      {partitions.map(({ topic, partition, lagMessages, lagSeconds, position, pausedBy, stalledSeconds }) => (
        <tr key={`${topic}/${partition}`}>
          <td>{topic}</td>
          <td class="number">{partition}</td>
          <td class="number">{formatCount(lagMessages)}</td>
          <td class="number">{formatDuration(lagSeconds)}</td>
          <td class="number">{position ?? '–'}</td>
          <td>{stateOf(pausedBy, stalledSeconds)}</td>
        </tr>
      ))}
    </Table>
  );
}

function stateOf(pausedBy: readonly string[], stalledSeconds: number): string {
  if (pausedBy.length > 0) return `waits: ${pausedBy.join(', ')}`;
  return stalledSeconds >= 1 ? `no progress for ${formatDuration(stalledSeconds)}` : 'runs';
}
