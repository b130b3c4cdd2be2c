/** Map.groupBy, which the Node.js 20 of many hosts lacks. */
export function groupBy<K, T>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The items by their topic, in the form in which requests name partitions. */
export const byTopic = <T extends { readonly topic: string }, P>(
  items: Iterable<T>,
  toPartition: (item: T) => P,
): { topic: string; partitions: P[] }[] =>
  [...groupBy(items, ({ topic }) => topic)].map(([topic, some]) => ({
    topic,
    partitions: some.map(toPartition),
  }));
