import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ensureTopics } from '@pipeline/kafka';
import type { Kafka } from 'kafkajs';
import { grant, leastAcls, operationAcls, revoke, type Acl } from '../../tools/lib/acls.mjs';
import { createAuthority } from '../../tools/lib/certificates.mjs';
import { ADMIN, USERS } from '../../tools/lib/secure-kafka.mjs';
import { connectAs } from '../../tools/lib/secure-access.mjs';
import { VALID } from '../support/events.js';
import {
  eventually as soon,
  isReady,
  metric,
  startService,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';
import { startSecureCluster } from '../support/secure-cluster.mjs';

let cluster: Awaited<ReturnType<typeof startSecureCluster>>;
let admin: Kafka;
beforeAll(async () => {
  cluster = await startSecureCluster();
  admin = await connectAs(cluster.environment(ADMIN));
});
afterAll(() => cluster.close());

/** Looks at the many processes of this test a few times a second, which leaves them time to work. */
const eventually = (what: string, condition: () => Promise<boolean>, timeoutMs?: number) =>
  soon(what, async () => (await condition()) || (await delay(250, false)), timeoutMs);

type Topics = ReturnType<typeof uniqueTopics>;

/** Topics that are there, and the rights of both apps to use them. */
async function prepare(): Promise<{ topics: Topics; acls: Acl[] }> {
  const topics = uniqueTopics();
  const retries = [1, 2, 3].map((number) => `${topics.input}-retry-${String(number)}`);
  const own = ['control', 'audit', 'operations'].map((suffix) => `${topics.group}-${suffix}`);
  own.push(`${topics.dlq}-parking`);
  const names = [topics.input, topics.output, topics.dlq, ...retries, ...own];
  const specs = names.map((topic) => ({ topic, partitions: 1, replication: 1, config: {} }));
  // A topic that was just made may not be known everywhere yet.
  await eventually('the topics are there', () =>
    ensureTopics(admin, specs, names).then(
      () => true,
      () => false,
    ),
  );
  const { input: inputTopic, output: outputTopic, dlq: dlqTopic, group: consumerGroup } = topics;
  const acls = leastAcls({ inputTopic, outputTopic, dlqTopic, consumerGroup }, USERS);
  return { topics, acls };
}

const start = (app: 'consumer' | 'producer', topics: Topics, env: Record<string, string> = {}) =>
  startService(app, topics, { ...cluster.environment(USERS[app]), LEVEL: 'DEBUG', ...env });

async function send(topics: Topics, ...values: string[]): Promise<void> {
  const producer = admin.producer();
  await producer.connect();
  await producer.send({ topic: topics.input, messages: values.map((value) => ({ value })) });
  await producer.disconnect();
}

const event = JSON.stringify(VALID);
/** 0 until the service answers. */
const count = (...args: Parameters<typeof metric>) => metric(...args).catch(() => 0);
const processed = (service: Service, result: string) =>
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

const isRefused = (service: Service, reason: RegExp) =>
  eventually(`readiness tells ${String(reason)}`, async () => reason.test(await refusals(service)), 60_000);

function expectNoSecrets(service: Service): void {
  const output = service.output();
  for (const secret of Object.values(cluster.security.passwords)) expect(output).not.toContain(secret);
  // Every token of ours begins so.
  expect(output).not.toContain('eyJhbGciOi');
}

const named = (acl: Acl): RegExp => {
  if (acl.resource === 'GROUP') return /authorization failed: .* permission Read on the consumer group/;
  if (acl.resource === 'TRANSACTIONAL_ID') return /authorization failed: .* Write on the transactional ids/;
  return new RegExp(
    `authorization failed: .*(Describe \\(part of Read and of Write\\)|Read|Write) on topic .*${acl.name}`,
  );
};

/** Writing to a retry topic is seen to be needed once an event has to wait there. */
const isRetryWrite = ({ name, operation }: Acl) => name.endsWith('-retry-') && operation === 'WRITE';

async function withoutRetryWrite(topics: Topics, acls: readonly Acl[], missing: Acl): Promise<void> {
  await grant(
    admin,
    acls.filter((acl) => acl !== missing),
  );
  // Nothing listens there.
  const consumer = await start('consumer', topics, {
    ENRICHMENT_URL: 'http://127.0.0.1:1/?ip={ip}',
    KAFKA_RETRY_LIMIT: '1',
  });
  await send(topics, event);
  await isRefused(consumer, named(missing));
  await grant(admin, [missing]);
  await eventually(
    'the event waits to be tried again',
    async () => (await processed(consumer, 'retry')) >= 1,
  );
  await eventually('it is ready', () => isReady(consumer));
  expect(await consumer.stop()).toBe(0);
}

describe('the least set of ACLs', () => {
  it.each(['exactly-once', 'at-least-once'])('is enough for both apps, %s', async (guarantee) => {
    const { topics, acls } = await prepare();
    const needed = acls.filter(
      ({ resource }) => guarantee === 'exactly-once' || resource !== 'TRANSACTIONAL_ID',
    );
    await grant(admin, needed);
    const [consumer, producer] = await Promise.all([
      start('consumer', topics, { DELIVERY_GUARANTEE: guarantee }),
      start('producer', topics, {
        PRODUCER_COUNT: '20',
        PRODUCER_RATE: '100',
        PRODUCER_INVALID_RATIO: '0.5',
      }),
    ]);
    await eventually('all is processed', async () => {
      const [success, dlq] = [await processed(consumer, 'success'), await processed(consumer, 'dlq')];
      return success > 0 && dlq > 0 && success + dlq === 20;
    });
    expect(await isReady(consumer)).toBe(true);
    expect(await isReady(producer)).toBe(true);
    for (const service of [consumer, producer]) {
      expectNoSecrets(service);
      expect(await service.stop()).toBe(0);
    }
  });

  it('has the control topic: without it nothing is taken, and when it is lost the last state is kept', async () => {
    const { topics, acls } = await prepare();
    const isControl = ({ name }: Acl) => name === `${topics.group}-control`;
    await grant(
      admin,
      acls.filter((acl) => !isControl(acl)),
    );
    const consumer = await start('consumer', topics);
    const control = async () => {
      const answer = await fetch(`${consumer.url}/health`).catch(() => undefined);
      const body = (await answer?.json()) as { details?: { control?: { problem?: string } } } | undefined;
      return { status: answer?.status, problem: body?.details?.control?.problem ?? '' };
    };
    const command = async (what: string) =>
      (await fetch(`${consumer.url}/admin/${what}`, { method: 'POST' })).status;
    const lacks = async () => /authorization failed: .* on topic .*-control/.test((await control()).problem);
    await eventually('it says what is missing', lacks);
    expect((await control()).status).toBe(503);
    await grant(
      admin,
      acls.filter((acl) => isControl(acl) && acl.operation === 'READ'),
    );
    await eventually('it is ready', () => isReady(consumer));
    expect(await command('pause')).toBe(503);
    await grant(admin, acls.filter(isControl));
    await eventually('it commands', async () => (await command('pause')) === 200);
    await revoke(admin, acls.filter(isControl));
    await eventually('it says what is lost', lacks);
    expect((await control()).status).toBe(200);
    await send(topics, event);
    await grant(admin, acls.filter(isControl));
    await eventually('it can be resumed', async () => (await command('resume')) === 200);
    await eventually('the event is processed', async () => (await processed(consumer, 'success')) === 1);
    expect(await consumer.stop()).toBe(0);
  });

  it('with what operations need is enough to replay and to purge; without it the pipeline works', async () => {
    const { topics, acls } = await prepare();
    const { input: inputTopic, dlq: dlqTopic, group: consumerGroup } = topics;
    await grant(admin, acls);
    const consumer = await start('consumer', topics);
    await send(topics, 'not JSON');
    await eventually('it is a dead letter', async () => (await processed(consumer, 'dlq')) === 1);
    const log = /operations topic .* cannot be read.*authorization failed: .* on topic .*-operations/;
    expect(consumer.output()).toMatch(log);
    await grant(admin, operationAcls({ inputTopic, dlqTopic, consumerGroup }, USERS.consumer));
    const command = (path: string, body: object) =>
      fetch(`${consumer.url}/admin/dead-letters/${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
    const selection = [{ partition: 0, offset: 0 }];
    await eventually(
      'it can be replayed',
      async () => (await command('replay', { selection })).status === 200,
    );
    await eventually('it has died again', async () => (await processed(consumer, 'dlq')) === 2);
    const before = new Date().toISOString();
    const counted = async () => {
      const answer = await command('purge/dry-run', { before });
      return answer.status === 200 ? ((await answer.json()) as { count: number }).count : 0;
    };
    await eventually('both are in the index', async () => (await counted()) === 2);
    expect((await command('purge', { before, count: 2 })).status).toBe(200);
    expectNoSecrets(consumer);
    expect(await consumer.stop()).toBe(0);
  });

  it('is the least: without any one of it readiness names what is missing, and nothing is lost', async () => {
    const consumers = [0, 1, 2, 3, 4, 5, 6].map(async (index) => {
      const { topics, acls } = await prepare();
      const missing = acls[index];
      if (missing?.principal !== `User:${USERS.consumer}`)
        throw new Error('there are seven for the consumer');
      if (isRetryWrite(missing)) return withoutRetryWrite(topics, acls, missing);
      await grant(
        admin,
        acls.filter((acl) => acl !== missing),
      );
      const consumer = await start('consumer', topics);
      await send(topics, event, 'not JSON');
      await isRefused(consumer, named(missing));
      await grant(admin, [missing]);
      const has = (wanted: number) => async () =>
        (await processed(consumer, 'success')) === wanted && (await processed(consumer, 'dlq')) === wanted;
      await eventually(`the first events go on: ${String(named(missing))}`, has(1));
      await eventually('it is ready', () => isReady(consumer));
      // The same at run time.
      await revoke(admin, [missing]);
      await send(topics, event, 'not JSON');
      await isRefused(consumer, named(missing));
      await grant(admin, [missing]);
      await eventually(`the second events go on: ${String(named(missing))}`, has(2));
      await eventually('it is ready again', () => isReady(consumer));
      expect(await consumer.stop()).toBe(0);
    });
    const producer = async () => {
      const { topics, acls } = await prepare();
      const service = await start('producer', topics, { PRODUCER_COUNT: '5' });
      await isRefused(service, /authorization failed: .* on topic in-/);
      await grant(admin, acls);
      await eventually(
        'its events are written',
        async () => (await count(service, 'producer_events_total')) === 5,
      );
      await eventually('it is ready', () => isReady(service));
      expect(await service.stop()).toBe(0);
    };
    await Promise.all([...consumers, producer()]);
  });
});

describe('what is renewed', () => {
  it('is taken up without a restart: tokens, while events go on', async () => {
    const { topics, acls } = await prepare();
    await grant(admin, acls);
    cluster.tokens.state.lifetimeSeconds = 13;
    const env = (app: 'consumer' | 'producer') => ({
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: cluster.tokens.url,
      KAFKA_SASL_OAUTHBEARER_CLIENT_ID: USERS[app],
      KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: cluster.security.passwords[USERS[app]] ?? '',
    });
    const [consumer, producer] = await Promise.all([
      start('consumer', topics, env('consumer')),
      start('producer', topics, { ...env('producer'), PRODUCER_RATE: '50' }),
    ]);
    await eventually('events are processed', async () => (await processed(consumer, 'success')) > 0);
    const [granted, success] = [cluster.tokens.state.granted, await processed(consumer, 'success')];
    // At this rate the first tokens are no longer valid by then.
    await eventually('events go on after the end of the first tokens', async () => {
      return (await processed(consumer, 'success')) > success + 50 * 13;
    });
    expect(cluster.tokens.state.granted).toBeGreaterThan(granted);
    expect(consumer.output()).not.toMatch(/of no use|cannot be written/);
    for (const service of [consumer, producer]) {
      expectNoSecrets(service);
      expect(await service.stop()).toBe(0);
    }
  });

  it('is taken up without a restart: a certificate, and a password', async () => {
    const { topics, acls } = await prepare();
    await grant(admin, acls);
    const at = (name: string) => join(cluster.dir, name);
    const { issue } = await createAuthority();
    const expired = await issue(USERS.consumer, { notAfter: new Date(Date.now() - 1_000) });
    writeFileSync(at('client.pem'), expired.certificate);
    writeFileSync(at('client.key'), expired.key);
    writeFileSync(at('password'), 'wrong');
    const [byCertificate, byPassword] = await Promise.all([
      start('consumer', topics, {
        BOOTSTRAP_SERVERS: cluster.mtlsBrokers,
        KAFKA_SECURITY_PROTOCOL: 'SSL',
        KAFKA_SASL_MECHANISM: '',
        KAFKA_SSL_CERTIFICATE_LOCATION: at('client.pem'),
        KAFKA_SSL_KEY_LOCATION: at('client.key'),
      }),
      start('producer', topics, {
        PRODUCER_COUNT: '5',
        PRODUCER_INVALID_RATIO: '0',
        KAFKA_SASL_PASSWORD: '',
        KAFKA_SASL_PASSWORD_FILE: at('password'),
      }),
    ]);
    await isRefused(byCertificate, /^tls failed: the client certificate .* has expired/);
    await isRefused(byPassword, /^authentication failed: the broker refuses the credentials/);
    expect(byCertificate.output()).toContain(
      'the client certificate of KAFKA_SSL_CERTIFICATE_LOCATION has expired',
    );
    expect(byPassword.output()).toContain('the broker refuses the credentials');
    for (const [from, to] of [
      ['.pem', 'client.pem'],
      ['.key', 'client.key'],
    ] as const) {
      writeFileSync(at(to), readFileSync(join(cluster.security.dir, USERS.consumer + from)));
    }
    writeFileSync(at('password'), cluster.security.passwords[USERS.producer] ?? '');
    await eventually('all goes on', async () => (await processed(byCertificate, 'success')) === 5);
    await eventually('both are ready', async () => (await isReady(byCertificate)) && isReady(byPassword));
    for (const service of [byCertificate, byPassword]) {
      expectNoSecrets(service);
      expect(await service.stop()).toBe(0);
    }
  });
});
