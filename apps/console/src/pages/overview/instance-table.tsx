import type { Instance } from '../../api/types.js';
import { ProblemNotice } from '../../components/problem-notice.js';
import { Table } from '../../components/table.js';
import { formatPartitions } from '../../format.js';
import { useLive } from '../../live/use-live.js';

const INTERVAL_MS = 5_000;

/** Who works in the group. */
export function InstanceTable() {
  const { data, problem } = useLive<readonly Instance[]>('/instances', INTERVAL_MS);
  if (problem) return <ProblemNotice error={problem} />;
  if (!data) return null;
  return (
    <Table caption={`Instances of the group: ${data.length}`} columns={['Host', 'Version', 'Partitions']}>
      {data.map((instance, index) => (
        <tr key={index}>
          <td>{instance.host}</td>
          <td>{instance.version}</td>
          <td>{describe(instance)}</td>
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
