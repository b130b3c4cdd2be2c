import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from '@jest/globals';
import { ensureTopics } from '@pipeline/kafka';
import type { Kafka } from 'kafkajs';
import { leastAcls, type Acl } from '../../tools/lib/acls.mjs';
import { USERS } from '../../tools/lib/secure-kafka.mjs';
import {
  collect,
  eventually as soon,
  metric,
  PATIENTLY,
  produce,
  startService,
  uniqueTopics,
  type Service,
  type Topics,
} from './pipeline.js';
import { numberedEvents, numbersIn } from './events.js';
import type { startSecureCluster } from './secure-cluster.mjs';

/** Looks at many processes a few times a second, which leaves them time to work. */
export const eventually = (what: string, condition: () => Promise<boolean>, timeoutMs?: number) =>
  soon(what, async () => (await condition()) || (await delay(250, false)), timeoutMs);

/** A metric of a service; 0 until it answers. */
export const count = (...args: Parameters<typeof metric>) => metric(...args).catch(() => 0);
export const processed = (service: Service, result: string) =>
  count(service, 'kafka_messages_processed_total', `result="${result}"`);

/** What readiness says is refused. */
async function refusals(service: Service): Promise<string> {
  try {
    const answer = await fetch(`${service.url}/health`);
    const { error } = (await answer.json()) as { error?: { kafka?: { refused?: string[] } } };
    return error?.kafka?.refused?.join() ?? '';
  } catch {
    return '';
  }
}

export const isRefused = (service: Service, reason: RegExp) =>
  eventually(`readiness tells ${String(reason)}`, async () => reason.test(await refusals(service)), 60_000);

/** Readiness asks by connections of its own, and may know before the log does. */
export const isLogged = (service: Service, text: RegExp) =>
  eventually(`the log tells ${String(text)}`, () => Promise.resolve(text.test(service.output())));

/**
 * What readiness says of a missing permission. A resource that a user may do nothing with is hidden from it: Kafka then says that Describe is missing.
 */
export const named = (acl: Acl): RegExp => {
  if (acl.resource === 'GROUP') return /authorization failed: .* permission Read on the consumer group/;
  if (acl.resource === 'TRANSACTIONAL_ID') return /authorization failed: .* Write on the transactional ids/;
  const operation = acl.operation === 'READ' ? 'Read' : 'Write';
  // Of the retry topics the other of both is there, which brings Describe.
  const said = acl.prefix ? operation : `(${operation}|Describe \\(part of Read and of Write\\))`;
  return new RegExp(`authorization failed: this user lacks the permission ${said} on topic [^(]*${acl.name}`);
};

/** The pipeline on a secured broker, as the spec's own administrator sees it. */
export class SecuredPipeline {
  constructor(
    private readonly cluster: Awaited<ReturnType<typeof startSecureCluster>>,
    private readonly admin: Kafka,
  ) {}

  /** Topics that are there, and the rights of both apps to use them. */
  async prepare(partitions = 1): Promise<{ topics: Topics; acls: Acl[] }> {
    const topics = uniqueTopics(partitions);
    const retries = [1, 2, 3].map((number) => `${topics.input}-retry-${String(number)}`);
    const own = ['control', 'audit', 'operations'].map((suffix) => `${topics.group}-${suffix}`);
    const events = [topics.input, topics.output, topics.dlq, `${topics.dlq}-parking`, ...retries];
    const names = [...events, ...own];
    const specs = [
      ...events.map((topic) => ({ topic, partitions, replication: 1, config: {} })),
      ...own.map((topic) => ({ topic, partitions: 1, replication: 1, config: {} })),
    ];
    // A topic that was just made may not be known everywhere yet.
    await eventually('the topics are there', () =>
      ensureTopics(this.admin, specs, names).then(
        () => true,
        () => false,
      ),
    );
    const { input: inputTopic, output: outputTopic, dlq: dlqTopic, group: consumerGroup } = topics;
    const acls = leastAcls({ inputTopic, outputTopic, dlqTopic, consumerGroup }, USERS);
    return { topics, acls };
  }

  start(app: 'consumer' | 'producer', topics: Topics, env: Record<string, string> = {}): Promise<Service> {
    return startService(app, topics, { ...this.cluster.environment(USERS[app]), LEVEL: 'DEBUG', ...env });
  }

  async send(topics: Topics, ...values: string[]): Promise<void> {
    await produce(
      topics.input,
      values.map((value) => ({ value })),
      this.admin,
    );
  }

  /** One event to partition 1, which takes new connections when nothing was written to it yet. */
  async sendElsewhere(topics: Topics): Promise<void> {
    const messages = numberedEvents(2, 3).map((one) => ({ ...one, partition: 1 }));
    await produce(topics.input, messages, this.admin);
  }

  /** Events one after the other into partition 0, until `stop`, which tells how many there are. */
  flow(topics: Topics) {
    let sent = 0;
    const end = new AbortController();
    const send = async () => {
      const producer = this.admin.producer({ idempotent: true, retry: PATIENTLY });
      await producer.connect();
      while (!end.signal.aborted) {
        const messages = numberedEvents(2 * sent + 1, 2 * sent + 2).map((one) => ({ ...one, partition: 0 }));
        await producer.send({ topic: topics.input, messages });
        sent++;
        await delay(100);
      }
      await producer.disconnect();
    };
    const sending = send();
    return {
      stop: async () => {
        end.abort();
        await sending;
        return sent;
      },
    };
  }

  /** Waits until as many outputs are there, and expects each to be another event. */
  async expectEachOnce(topics: Topics, wanted: number): Promise<void> {
    const reader = await collect([topics.output], this.admin);
    await eventually(`${String(wanted)} outputs`, () => Promise.resolve(numbersIn(reader).length >= wanted));
    await reader.stop();
    expect(numbersIn(reader).length).toBe(wanted);
    expect(new Set(numbersIn(reader)).size).toBe(wanted);
  }

  expectNoSecrets(service: Service): void {
    const output = service.output();
    for (const secret of Object.values(this.cluster.security.passwords)) expect(output).not.toContain(secret);
    // Every token of ours begins so.
    expect(output).not.toContain('eyJhbGciOi');
  }
}

/** A server that takes connections and drops them. */
export async function dropConnections(port: number) {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { count: () => connections, close: () => promisify(server.close.bind(server))() };
}
