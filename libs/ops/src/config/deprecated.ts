import type { Sources } from './sources.js';

const ZOOKEEPER = /^(ZOOKEEPER_|KAFKA_ZOOKEEPER_CONNECT$)/;

/** Warnings about variables that once meant something and are now ignored. */
export function deprecationWarnings({ environment, file }: Sources): string[] {
  const names = [...new Set([...Object.keys(environment), ...Object.keys(file)])];
  const ignored = names.filter((name) => ZOOKEEPER.test(name)).sort();
  if (ignored.length === 0) return [];
  return [`Ignored: ${ignored.join(', ')}. Kafka runs in KRaft mode, without ZooKeeper.`];
}
