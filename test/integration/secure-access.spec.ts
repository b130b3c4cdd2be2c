import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeError, ensureTopics } from '@pipeline/kafka';
import { createAuthority } from '../../tools/lib/certificates.mjs';
import { ADMIN, USERS } from '../../tools/lib/secure-kafka.mjs';
import { connectAs } from '../../tools/lib/secure-access.mjs';
import { createToken, newTokenKey } from '../../tools/lib/token-server.mjs';
import { startSecureCluster } from '../support/secure-cluster.mjs';

type Environment = Record<string, string>;

let cluster: Awaited<ReturnType<typeof startSecureCluster>>;
beforeAll(async () => {
  cluster = await startSecureCluster();
});
afterAll(() => cluster.close());

const scram = (more: Environment = {}): Environment => ({ ...cluster.environment(ADMIN), ...more });
const oauth = (more: Environment = {}): Environment => ({
  BOOTSTRAP_SERVERS: cluster.brokers,
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SSL_CA_LOCATION: join(cluster.security.dir, 'ca.pem'),
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: cluster.tokens.url,
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: ADMIN,
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: cluster.security.passwords[ADMIN] ?? '',
  ...more,
});
const certificate = (more: Environment = {}): Environment => ({
  BOOTSTRAP_SERVERS: cluster.mtlsBrokers,
  KAFKA_SECURITY_PROTOCOL: 'SSL',
  KAFKA_SSL_CA_LOCATION: join(cluster.security.dir, 'ca.pem'),
  KAFKA_SSL_CERTIFICATE_LOCATION: join(cluster.security.dir, `${USERS.consumer}.pem`),
  KAFKA_SSL_KEY_LOCATION: join(cluster.security.dir, `${USERS.consumer}.key`),
  ...more,
});

function file(name: string, content: string): string {
  const path = join(cluster.dir, name);
  writeFileSync(path, content);
  return path;
}

async function use(env: Environment): Promise<string> {
  try {
    await ensureTopics(await connectAs(env), [], []);
    return 'ok';
  } catch (error) {
    return describeError(error);
  }
}

describe('a secured Kafka is used', () => {
  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('with user and password by %s', async (mechanism) => {
    expect(await use(scram({ KAFKA_SASL_MECHANISM: mechanism }))).toBe('ok');
  });

  it('with a password from a file', async () => {
    const path = file('password', `${cluster.security.passwords[ADMIN] ?? ''}\n`);
    const env = scram({ KAFKA_SASL_PASSWORD: '', KAFKA_SASL_PASSWORD_FILE: path });
    expect(await use(env)).toBe('ok');
  });

  it('with tokens of an endpoint, and with a token from a file', async () => {
    expect(await use(oauth())).toBe('ok');
    const path = file('token', createToken(cluster.security.tokenKey, ADMIN, 60));
    expect(await use(oauth({ KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: `file://${path}` }))).toBe('ok');
  });

  it('with a client certificate', async () => {
    expect(await use(certificate())).toBe('ok');
  });
});

describe('a secured Kafka that cannot be used says why', () => {
  it('when the password is wrong', async () => {
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      const env = scram({ KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_PASSWORD: 'wrong' });
      expect(await use(env)).toMatch(/^authentication failed: the broker refuses the credentials/);
    }
  });

  it('when the password file is gone', async () => {
    const env = scram({ KAFKA_SASL_PASSWORD: '', KAFKA_SASL_PASSWORD_FILE: join(cluster.dir, 'nowhere') });
    expect(await use(env)).toMatch(/^authentication failed: the file of the password/);
  });

  it('when the CA of the broker is not known', async () => {
    const env = scram({ KAFKA_SSL_CA_LOCATION: join(cluster.security.dir, 'other-ca.pem') });
    expect(await use(env)).toMatch(/^tls failed: .* CA that is not trusted here: KAFKA_SSL_CA_LOCATION/);
    expect(await use(scram({ KAFKA_SSL_CA_LOCATION: '' }))).toMatch(/^tls failed: .* CA that is not trusted/);
  });

  it('when the certificate of the broker has expired', async () => {
    const env = certificate({
      BOOTSTRAP_SERVERS: cluster.expiredBrokers,
      KAFKA_SSL_CA_LOCATION: join(cluster.security.dir, 'other-ca.pem'),
    });
    expect(await use(env)).toMatch(/^tls failed: the certificate of the broker.* has expired/);
  });

  it('when the own certificate has expired, is of another CA, or is missing', async () => {
    const { issue } = await createAuthority('a third CA');
    const expired = await issue(USERS.consumer, { notAfter: new Date(Date.now() - 1_000) });
    const foreign = await issue(USERS.consumer);
    const having = ({ certificate: cert, key }: typeof expired) =>
      certificate({
        KAFKA_SSL_CERTIFICATE_LOCATION: file('own.pem', cert),
        KAFKA_SSL_KEY_LOCATION: file('own.key', key),
      });
    expect(await use(having(expired))).toMatch(/^tls failed: the client certificate .* has expired/);
    expect(await use(having(foreign))).toMatch(/^tls failed: the broker refuses the client certificate/);
    const without = { KAFKA_SSL_CERTIFICATE_LOCATION: '', KAFKA_SSL_KEY_LOCATION: '' };
    expect(await use(certificate(without))).toMatch(
      /^tls failed: the broker asks for a client certificate|^tls failed: the broker refuses/,
    );
  });

  it('when the key is that of another certificate', async () => {
    const env = certificate({ KAFKA_SSL_KEY_LOCATION: join(cluster.security.dir, `${USERS.producer}.key`) });
    expect(await use(env)).toMatch(/^tls failed: .* the key does not belong to the certificate/);
  });

  it('when the token endpoint refuses, or is away', async () => {
    const refused = oauth({ KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'wrong' });
    expect(await use(refused)).toMatch(/^authentication failed: the token endpoint refuses/);
    const away = oauth({ KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'http://127.0.0.1:1/token' });
    expect(await use(away)).toMatch(/^authentication failed: .*TOKEN_ENDPOINT_URL cannot be reached/);
  });

  it('when the broker refuses the token', async () => {
    const path = file('forged', createToken(newTokenKey(), ADMIN, 60));
    const env = oauth({ KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: `file://${path}` });
    expect(await use(env)).toMatch(/^authentication failed: the broker refuses the credentials/);
  });

  it('when the token has expired', async () => {
    const path = file('old', createToken(cluster.security.tokenKey, ADMIN, -10));
    const env = oauth({ KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: `file://${path}` });
    expect(await use(env)).toMatch(/^authentication failed: .* no token that is still valid/);
  });

  it('when it does not take tokens of AWS, which are signed here', async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'AKIDEXAMPLE';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'an example key';
    try {
      const env = oauth({ KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM', KAFKA_SASL_AWS_REGION: 'eu-central-1' });
      expect(await use(env)).toMatch(/^authentication failed: the broker refuses the credentials/);
    } finally {
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
    }
  });
});
