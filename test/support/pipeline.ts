import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from '@jest/globals';
import type { Admin, IHeaders, Kafka, KafkaMessage, Message } from 'kafkajs';
import { filterAborted } from '../../libs/kafka/src/driver/codec/filter-aborted.js';
import { replaceModule } from '../../libs/kafka/src/driver/codec/replace-module.js';
import { compileCache } from '../../tools/lib/cache.mjs';
import { freePort } from '../../tools/lib/processes.mjs';

const root = join(import.meta.dirname, '..', '..');
const kafkajs = loadKafkajs();

/** What a test that fails half-way leaves running would keep the run from ending. */
const leftovers = new Set<() => Promise<unknown>>();
afterAll(async () => {
  await Promise.all([...leftovers].map((end) => end()));
});

export const brokers = (): string => process.env['KAFKA_TEST_BROKERS'] ?? '';

/**
 * Stock kafkajs, as others use it, but for its filter of aborted records: that one shows records of aborted
 * transactions where two of them overlap, as after an outage.
 */
function loadKafkajs(): typeof import('kafkajs') {
  // Not the runner's own require: in its registry nothing can be replaced.
  const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);
  replaceModule(require, 'kafkajs/src/consumer/filterAbortedMessages.js', () => filterAborted);
  return require('kafkajs') as typeof import('kafkajs');
}

export const testKafka = (broker = brokers()): Kafka =>
  new kafkajs.Kafka({
    brokers: [broker],
    clientId: 'test',
    logLevel: kafkajs.logLevel.NOTHING,
    requestTimeout: 120_000,
  });

export interface Topics {
  readonly input: string;
  readonly output: string;
  readonly dlq: string;
  readonly group: string;
  readonly partitions: number;
}

/** Names nobody else uses, so that tests do not meet on the shared broker. */
export function uniqueTopics(partitions = 1): Topics {
  const id = randomBytes(4).toString('hex');
  return { input: `in-${id}`, output: `out-${id}`, dlq: `dlq-${id}`, group: `group-${id}`, partitions };
}

const topicSettings = ({ input, output, dlq, partitions }: Topics) => ({
  INPUT_TOPIC: input,
  OUTPUT_TOPIC: output,
  DLQ_TOPIC: dlq,
  KAFKA_CREATE_TOPICS: [input, output, dlq].map((topic) => `${topic}:${String(partitions)}:1`).join(','),
});

export interface Service {
  readonly url: string;
  readonly pid: number;
  output(): string;
  /** The exit code, once the process has ended. */
  readonly ended: Promise<number | null>;
  /** The exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** A built app with an environment of its own, in a folder without .env, on the pinned Node.js. */
export async function startService(
  app: 'consumer' | 'producer',
  topics: Topics,
  env: Record<string, string> = {},
  cwd = tmpdir(),
  node = process.execPath,
): Promise<Service> {
  const port = env['HTTP_PORT'] ?? String(await freePort());
  const child = spawn(node, [join(root, 'apps', app, 'dist', 'main.js')], {
    cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      // As by `npm start`: the same modules are compiled once, not at each of the many starts.
      NODE_COMPILE_CACHE: compileCache(),
      BOOTSTRAP_SERVERS: brokers(),
      CONSUMER_GROUP: topics.group,
      HTTP_PORT: port,
      ADMIN_AUTH: 'none',
      // Letters that die while the index is being built are taken into it at once.
      DLQ_INDEX_CPU: '1',
      HEARTBEAT_INTERVAL: '500',
      SESSION_TIMEOUT: '30000',
      ...topicSettings(topics),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (output += String(chunk)));
  const kill = () => {
    child.kill('SIGKILL');
    return ended;
  };
  const ended = once(child, 'close').then(() => {
    leftovers.delete(kill);
    return child.exitCode;
  });
  leftovers.add(kill);
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    output: () => output,
    ended,
    stop: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** Waits for a condition; fails with what it was. */
export async function eventually(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 240_000,
) {
  const end = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${String(timeoutMs)} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function isReady({ url }: Service): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).status === 200;
  } catch {
    return false;
  }
}

/** Whether all partitions of the topics have a leader, and each topic has at least so many. */
export const haveLeaders = (admin: Admin, topics: string[], count = 1): Promise<boolean> =>
  admin.fetchTopicMetadata({ topics }).then(
    (found) =>
      found.topics.every(
        ({ partitions }) => partitions.length >= count && partitions.every(({ leader }) => leader >= 0),
      ),
    () => false,
  );

/** A topic that was just made may be without its leader for seconds where many are made at once. */
export const PATIENTLY = { maxRetryTime: 1_000, retries: 100 };

/** Sends messages and waits for their acknowledgement. */
export async function produce(topic: string, messages: Message[], kafka = testKafka()): Promise<void> {
  const producer = kafka.producer({
    idempotent: true,
    retry: PATIENTLY,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  try {
    for (let at = 0; at < messages.length; at += 2_000) {
      const batch = messages.slice(at, at + 2_000);
      const written = new Set((await producer.send({ topic, messages: batch })).map((one) => one.partition));
      // kafkajs leaves out, in silence, what is for a partition that it does not know of yet.
      const leftOut = batch.filter(({ partition }) => partition !== undefined && !written.has(partition));
      if (leftOut.length > 0) throw new Error(`${String(leftOut.length)} messages have no such partition`);
    }
  } finally {
    await producer.disconnect();
  }
}

/** A service's counter or gauge; with `labels`, such as `result="dlq"`, only the lines that have them. */
export async function metric({ url }: Service, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text
    .split('\n')
    .filter((line) => /^[a-z_]+/.exec(line)?.[0] === name && line.includes(labels));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

/** Our codec gives headers as a list; it has its place in kafkajs once a spec has loaded @pipeline/kafka. */
const headersOf = ({ headers }: KafkaMessage): IHeaders =>
  Array.isArray(headers) ? Object.fromEntries<IHeaders[string]>(headers) : (headers ?? {});

export type Collected = Pick<KafkaMessage, 'key' | 'value' | 'offset'> & { headers: IHeaders };

/**
 * Collects what is written to topics and committed, from their beginning; a record that kafkajs hands out
 * again, as after a rejoin, is the same record.
 */
export async function collect(
  topics: string[],
  kafka = testKafka(),
): Promise<{ records: Map<string, Collected[]>; stop(): Promise<void> }> {
  const consumer = kafka.consumer({
    groupId: `reader-${randomBytes(4).toString('hex')}`,
    maxWaitTimeInMs: 100,
  });
  const records = new Map<string, Collected[]>(topics.map((topic) => [topic, []]));
  const seen = new Set<string>();
  const stop = async () => {
    leftovers.delete(stop);
    await consumer.disconnect();
  };
  leftovers.add(stop);
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ topic, partition, message }) => {
      const { key, value, offset } = message;
      const position = `${topic}/${String(partition)}@${offset}`;
      if (seen.has(position)) return Promise.resolve();
      seen.add(position);
      records.get(topic)?.push({ key, value, offset, headers: headersOf(message) });
      return Promise.resolve();
    },
  });
  return { records, stop };
}
