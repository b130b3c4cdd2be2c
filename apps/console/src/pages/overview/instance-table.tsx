import type { Instance } from '../../api/types.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { Table } from '../../components/table.js';
import { formatPartitions, formatTime } from '../../format.js';
import { useLive } from '../../live/use-live.js';

const INTERVAL_MS = 5_000;

/** Who works in the group. */
export function InstanceTable() {
  const { data, problem } = useLive<readonly Instance[]>('/instances', INTERVAL_MS);
  if (problem) return <ProblemNotice error={problem} />;
  if (!data) return null;
  return (
    <Table
      caption={`Instances of the group: ${data.length}`}
      columns={['Host', 'Version', 'Started', 'Partitions']}
    >
      {data.map((instance) => (
        <tr key={instance.memberId}>
          <td>
            {instance.host ?? instance.address} {instance.self && <span class="muted">(answers here)</span>}
          </td>
          <td>{instance.version ?? 'unknown'}</td>
          <td>{formatTime(instance.startedAt)}</td>
          <td class="wide">{describe(instance)}</td>
        </tr>
      ))}
    </Table>
  );
}

/** By topic: `user-login 0-3; user-login-retry-1 0`. */
function describe({ partitions }: Pick<Instance, 'partitions'>): string {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const numbers = byTopic.get(topic) ?? [];
    numbers.push(partition);
    byTopic.set(topic, numbers);
  }
  return [...byTopic].map(([topic, numbers]) => `${topic} ${formatPartitions(numbers)}`).join('; ') || 'none';
}
