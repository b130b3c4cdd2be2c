import { TopicReader, type Kafka } from '@pipeline/kafka';

/** The keys of all records of a topic as it is now; undefined when it cannot be read. */
export async function keysThere(
  kafka: Kafka,
  topic: string,
  stopping: AbortSignal,
): Promise<ReadonlySet<string> | undefined> {
  const keys = new Set<string>();
  const done = new AbortController();
  const result: { keys?: ReadonlySet<string> } = {};
  const reader = new TopicReader(
    kafka,
    { topic },
    {
      onBatch: ({ records }) => {
        for (const { key } of records) if (key) keys.add(key.toString());
      },
      onEnd: () => {
        result.keys = keys;
        done.abort();
      },
      onTrouble: () => done.abort(),
    },
  );
  await reader.run(AbortSignal.any([done.signal, stopping]));
  return result.keys;
}
