import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { grant, operationAcls, revoke, type Acl } from '../../tools/lib/acls.mjs';
import { createAuthority } from '../../tools/lib/certificates.mjs';
import { ADMIN, USERS } from '../../tools/lib/secure-kafka.mjs';
import { freePort } from '../../tools/lib/processes.mjs';
import { connectAs } from '../../tools/lib/secure-access.mjs';
import { startTokenServer } from '../../tools/lib/token-server.mjs';
import { VALID } from '../support/events.js';
import { isReady, type Topics } from '../support/pipeline.js';
import { startSecureCluster } from '../support/secure-cluster.mjs';
import {
  count,
  dropConnections,
  eventually,
  isLogged,
  isRefused,
  named,
  processed,
  SecuredPipeline,
} from '../support/secured-pipeline.js';

let cluster: Awaited<ReturnType<typeof startSecureCluster>>;
let admin: Kafka;
let pipeline: SecuredPipeline;
beforeAll(async () => {
  cluster = await startSecureCluster();
  admin = await connectAs(cluster.environment(ADMIN));
  pipeline = new SecuredPipeline(cluster, admin);
});
afterAll(() => cluster.close());

const event = JSON.stringify(VALID);

/** Writing to a retry topic is seen to be needed once an event has to wait there. */
const isRetryWrite = ({ name, operation }: Acl) => name.endsWith('-retry-') && operation === 'WRITE';

async function withoutRetryWrite(topics: Topics, acls: readonly Acl[], missing: Acl): Promise<void> {
  await grant(
    admin,
    acls.filter((acl) => acl !== missing),
  );
  // Nothing listens there.
  const consumer = await pipeline.start('consumer', topics, {
    ENRICHMENT_URL: 'http://127.0.0.1:1/?ip={ip}',
    KAFKA_RETRY_LIMIT: '1',
    RETRY_DELAYS: '1h,1h,1h',
  });
  // At the start, and at run time.
  for (const waiting of [1, 2]) {
    if (waiting > 1) await revoke(admin, [missing]);
    await pipeline.send(topics, event);
    await isRefused(consumer, named(missing));
    await grant(admin, [missing]);
    await eventually(
      'the events wait to be tried again',
      async () => (await processed(consumer, 'retry')) === waiting,
    );
    await eventually('it is ready', () => isReady(consumer));
  }
  expect(await consumer.stop()).toBe(0);
}

// Each with topics and services of its own, which mostly wait: for Kafka to know what is granted, for the next try.
describe('the least set of ACLs', () => {
  it.concurrent.each(['exactly-once', 'at-least-once'])('is enough for both apps, %s', async (guarantee) => {
    const { topics, acls } = await pipeline.prepare();
    const needed = acls.filter(
      ({ resource }) => guarantee === 'exactly-once' || resource !== 'TRANSACTIONAL_ID',
    );
    await grant(admin, needed);
    const [consumer, producer] = await Promise.all([
      pipeline.start('consumer', topics, { DELIVERY_GUARANTEE: guarantee }),
      pipeline.start('producer', topics, {
        PRODUCER_COUNT: '20',
        PRODUCER_RATE: '100',
        PRODUCER_INVALID_RATIO: '0.5',
      }),
    ]);
    await eventually('all is processed', async () => {
      const [success, dlq] = [await processed(consumer, 'success'), await processed(consumer, 'dlq')];
      return success > 0 && dlq > 0 && success + dlq === 20;
    });
    await eventually('both are ready', async () => (await isReady(consumer)) && isReady(producer));
    for (const service of [consumer, producer]) {
      pipeline.expectNoSecrets(service);
      expect(await service.stop()).toBe(0);
    }
  });

  it.concurrent(
    'has the control topic: without it nothing is taken, and when it is lost the last state is kept',
    async () => {
      const { topics, acls } = await pipeline.prepare();
      const isControl = ({ name }: Acl) => name === `${topics.group}-control`;
      await grant(
        admin,
        acls.filter((acl) => !isControl(acl)),
      );
      const consumer = await pipeline.start('consumer', topics);
      const control = async () => {
        const answer = await fetch(`${consumer.url}/health`).catch(() => undefined);
        const body = (await answer?.json()) as { details?: { control?: { problem?: string } } } | undefined;
        return { status: answer?.status, problem: body?.details?.control?.problem ?? '' };
      };
      const command = async (what: string) =>
        (await fetch(`${consumer.url}/admin/${what}`, { method: 'POST' })).status;
      const lacks = async () =>
        /authorization failed: .* on topic .*-control/.test((await control()).problem);
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
      await pipeline.send(topics, event);
      await grant(admin, acls.filter(isControl));
      await eventually('it can be resumed', async () => (await command('resume')) === 200);
      await eventually('the event is processed', async () => (await processed(consumer, 'success')) === 1);
      expect(await consumer.stop()).toBe(0);
    },
  );

  it.concurrent(
    'with what operations need is enough to replay and to purge; without it the pipeline works',
    async () => {
      const { topics, acls } = await pipeline.prepare();
      const { input: inputTopic, dlq: dlqTopic, group: consumerGroup } = topics;
      await grant(admin, acls);
      const consumer = await pipeline.start('consumer', topics);
      await pipeline.send(topics, 'not JSON');
      await eventually('it is a dead letter', async () => (await processed(consumer, 'dlq')) === 1);
      const log = /operations topic .* cannot be read.*authorization failed: .* on topic .*-operations/;
      await isLogged(consumer, log);
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
      pipeline.expectNoSecrets(consumer);
      expect(await consumer.stop()).toBe(0);
    },
  );

  it.concurrent(
    'has the audit topic: without it the log and GET /admin/audit say what is missing',
    async () => {
      const { topics, acls } = await pipeline.prepare();
      const isAudit = ({ name }: Acl) => name === `${topics.group}-audit`;
      await grant(
        admin,
        acls.filter((acl) => !isAudit(acl)),
      );
      const consumer = await pipeline.start('consumer', topics);
      await eventually('it is ready', () => isReady(consumer));
      expect((await fetch(`${consumer.url}/admin/pause`, { method: 'POST' })).status).toBe(200);
      const missing = /authorization failed: .* on topic .*-audit/;
      await isLogged(consumer, missing);
      const answer = await fetch(`${consumer.url}/admin/audit`);
      expect([answer.status, await answer.text()]).toEqual([503, expect.stringMatching(missing)]);
      await grant(admin, acls.filter(isAudit));
      const entries = async () => {
        const found = await fetch(`${consumer.url}/admin/audit`);
        return found.status === 200 ? ((await found.json()) as { items: unknown[] }).items.length : 0;
      };
      await eventually('the command is in the audit', async () => (await entries()) > 0);
      expect(await consumer.stop()).toBe(0);
    },
  );

  it('is the least: without any one of it readiness names what is missing, and nothing is lost', async () => {
    const consumers = [0, 1, 2, 3, 4, 5, 6].map(async (index) => {
      const { topics, acls } = await pipeline.prepare();
      const missing = acls[index];
      if (missing?.principal !== `User:${USERS.consumer}`)
        throw new Error('there are seven for the consumer');
      if (isRetryWrite(missing)) return withoutRetryWrite(topics, acls, missing);
      await grant(
        admin,
        acls.filter((acl) => acl !== missing),
      );
      const consumer = await pipeline.start('consumer', topics);
      await pipeline.send(topics, event, 'not JSON');
      await isRefused(consumer, named(missing));
      await grant(admin, [missing]);
      const has = (wanted: number) => async () =>
        (await processed(consumer, 'success')) === wanted && (await processed(consumer, 'dlq')) === wanted;
      await eventually(`the first events go on: ${String(named(missing))}`, has(1));
      await eventually('it is ready', () => isReady(consumer));
      // The same at run time.
      await revoke(admin, [missing]);
      await pipeline.send(topics, event, 'not JSON');
      await isRefused(consumer, named(missing));
      await grant(admin, [missing]);
      await eventually(`the second events go on: ${String(named(missing))}`, has(2));
      await eventually('it is ready again', () => isReady(consumer));
      expect(await consumer.stop()).toBe(0);
    });
    const producer = async () => {
      const { topics, acls } = await pipeline.prepare();
      const service = await pipeline.start('producer', topics, { PRODUCER_COUNT: '5' });
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
  it.concurrent('is taken up without a restart: tokens, while events go on', async () => {
    const { topics, acls } = await pipeline.prepare();
    await grant(admin, acls);
    cluster.tokens.state.lifetimeSeconds = 13;
    const env = (app: 'consumer' | 'producer') => ({
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: cluster.tokens.url,
      KAFKA_SASL_OAUTHBEARER_CLIENT_ID: USERS[app],
      KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: cluster.security.passwords[USERS[app]] ?? '',
    });
    const [consumer, producer] = await Promise.all([
      pipeline.start('consumer', topics, env('consumer')),
      pipeline.start('producer', topics, { ...env('producer'), PRODUCER_RATE: '50' }),
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
      pipeline.expectNoSecrets(service);
      expect(await service.stop()).toBe(0);
    }
  });

  it.concurrent('is taken up without a restart: a certificate, and a password', async () => {
    const { topics, acls } = await pipeline.prepare();
    await grant(admin, acls);
    const at = (name: string) => join(cluster.dir, name);
    const { issue } = await createAuthority();
    const expired = await issue(USERS.consumer, { notAfter: new Date(Date.now() - 1_000) });
    writeFileSync(at('client.pem'), expired.certificate);
    writeFileSync(at('client.key'), expired.key);
    writeFileSync(at('password'), 'wrong');
    const [byCertificate, byPassword] = await Promise.all([
      pipeline.start('consumer', topics, {
        BOOTSTRAP_SERVERS: cluster.mtlsBrokers,
        KAFKA_SECURITY_PROTOCOL: 'SSL',
        KAFKA_SASL_MECHANISM: '',
        KAFKA_SSL_CERTIFICATE_LOCATION: at('client.pem'),
        KAFKA_SSL_KEY_LOCATION: at('client.key'),
      }),
      pipeline.start('producer', topics, {
        PRODUCER_COUNT: '5',
        PRODUCER_INVALID_RATIO: '0',
        KAFKA_SASL_PASSWORD: '',
        KAFKA_SASL_PASSWORD_FILE: at('password'),
      }),
    ]);
    await isRefused(byCertificate, /^tls failed: the client certificate .* has expired/);
    await isRefused(byPassword, /^authentication failed: the broker refuses the credentials/);
    await isLogged(byCertificate, /the client certificate of KAFKA_SSL_CERTIFICATE_LOCATION has expired/);
    await isLogged(byPassword, /the broker refuses the credentials/);
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
      pipeline.expectNoSecrets(service);
      expect(await service.stop()).toBe(0);
    }
  });
});

describe('authentication that fails while events flow', () => {
  it('is named, and mended without a restart; every event is processed exactly once', async () => {
    await Promise.all([endpointAway(), passwordChanged(), certificateRotated()]);
  });

  async function endpointAway(): Promise<void> {
    const { topics, acls } = await pipeline.prepare(2);
    await grant(admin, acls);
    const { tokenKey: key, passwords: clients } = cluster.security;
    const endpoint = { key, clients, lifetimeSeconds: 15 };
    // Not one that the kernel chooses: it could give it to somebody else while nobody listens.
    const port = await freePort();
    const tokens = await startTokenServer({ ...endpoint, port });
    const consumer = await pipeline.start('consumer', topics, {
      KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
      KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: tokens.url,
      KAFKA_SASL_OAUTHBEARER_CLIENT_ID: USERS.consumer,
      KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: clients[USERS.consumer] ?? '',
    });
    const flow = pipeline.flow(topics);
    await eventually('events are processed', async () => (await processed(consumer, 'success')) > 0);
    tokens.close();
    const before = await processed(consumer, 'success');
    const away = await dropConnections(port);
    // The new connections that this takes use the valid token.
    await pipeline.sendElsewhere(topics);
    await isRefused(consumer, /^authentication failed: .*TOKEN_ENDPOINT_URL cannot be reached/);
    await eventually('events go on', async () => (await processed(consumer, 'success')) > before);
    expect(away.count()).toBeLessThan(50);
    await away.close();
    const back = await startTokenServer({ ...endpoint, port });
    await eventually('it is ready again', () => isReady(consumer));
    await pipeline.expectEachOnce(topics, (await flow.stop()) + 1);
    pipeline.expectNoSecrets(consumer);
    expect(await consumer.stop()).toBe(0);
    back.close();
  }

  async function passwordChanged(): Promise<void> {
    const { topics, acls } = await pipeline.prepare();
    await grant(admin, acls);
    const file = join(cluster.dir, 'scram-password');
    writeFileSync(file, cluster.security.passwords[USERS.consumer] ?? '');
    const consumer = await pipeline.start('consumer', topics, {
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-256',
      KAFKA_SASL_PASSWORD: '',
      KAFKA_SASL_PASSWORD_FILE: file,
    });
    const flow = pipeline.flow(topics);
    await eventually('events are processed', async () => (await processed(consumer, 'success')) > 0);
    await cluster.setPassword(USERS.consumer, 'another-password');
    await isRefused(consumer, /^authentication failed: the broker refuses the credentials/);
    writeFileSync(file, 'another-password');
    await eventually('it is ready again', () => isReady(consumer));
    await pipeline.expectEachOnce(topics, await flow.stop());
    expect(consumer.output()).not.toContain('another-password');
    expect(await consumer.stop()).toBe(0);
  }

  async function certificateRotated(): Promise<void> {
    const { topics, acls } = await pipeline.prepare(2);
    await grant(admin, acls);
    const at = (name: string) => join(cluster.dir, `rotated.${name}`);
    const write = ({ certificate, key }: { certificate: string; key: string }) => {
      writeFileSync(at('pem'), certificate);
      writeFileSync(at('key'), key);
    };
    const own = (name: string) => readFileSync(join(cluster.security.dir, USERS.consumer + name), 'utf8');
    const valid = { certificate: own('.pem'), key: own('.key') };
    write(valid);
    const consumer = await pipeline.start('consumer', topics, {
      BOOTSTRAP_SERVERS: cluster.mtlsBrokers,
      KAFKA_SECURITY_PROTOCOL: 'SSL',
      KAFKA_SASL_MECHANISM: '',
      KAFKA_SSL_CERTIFICATE_LOCATION: at('pem'),
      KAFKA_SSL_KEY_LOCATION: at('key'),
    });
    const flow = pipeline.flow(topics);
    await eventually('events are processed', async () => (await processed(consumer, 'success')) > 0);
    // One that is of no use shows that the next connection takes it, while those that stand go on.
    const { issue } = await createAuthority();
    write(await issue(USERS.consumer, { notAfter: new Date(Date.now() - 1_000) }));
    await pipeline.sendElsewhere(topics);
    await isRefused(consumer, /^tls failed: the client certificate .* has expired/);
    write(valid);
    await eventually('it is ready again', () => isReady(consumer));
    await pipeline.expectEachOnce(topics, (await flow.stop()) + 1);
    expect(await consumer.stop()).toBe(0);
  }
});
