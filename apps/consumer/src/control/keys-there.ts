import { AbortedError, TopicReader, type Kafka } from '@pipeline/kafka';

/** The keys of all records of a topic as it is now. @throws the driver's error, or where `stopping` is aborted */
export async function keysThere(
  kafka: Kafka,
  topic: string,
  stopping: AbortSignal,
): Promise<ReadonlySet<string>> {
  const keys = new Set<string>();
  const done = new AbortController();
  const result: { isWhole?: true; error: Error } = { error: new AbortedError('not read to its end') };
  const reader = new TopicReader(
    kafka,
    { topic },
    {
      onBatch: ({ records }) => {
        for (const { key } of records) if (key) keys.add(key.toString());
      },
      onEnd: () => {
        result.isWhole = true;
        done.abort();
      },
      onTrouble: (error) => {
        if (error instanceof Error) result.error = error;
        done.abort();
      },
    },
  );
  await reader.run(AbortSignal.any([done.signal, stopping]));
  return result.isWhole ? keys : Promise.reject(result.error);
}
