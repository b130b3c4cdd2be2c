import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../tools/lib/certificates.mjs';
import { brokerAnswers, kafkaJars, requireJava, startBroker } from '../../tools/lib/kafka.mjs';
import { freePort, run, stop } from '../../tools/lib/processes.mjs';
import { writeSecret } from '../../tools/lib/secret-files.mjs';
import { ADMIN, prepareSecurity, secureBroker, secureEnvironment } from '../../tools/lib/secure-kafka.mjs';
import { startTokenServer } from '../../tools/lib/token-server.mjs';
import { root } from '../../tools/lib/workspace.mjs';

const QUIETLY = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'];

/** A secured broker for one spec, with a second listener whose certificate has expired. */
export async function startSecureCluster() {
  const dir = mkdtempSync(join(tmpdir(), 'login-event-secure-'));
  const security = await prepareSecurity(dir);
  await writeExpired(security.dir);
  const [port, controllerPort, mtlsPort, expiredPort] = await Promise.all(
    Array.from({ length: 4 }, () => freePort()),
  );
  if (!port || !controllerPort || !mtlsPort || !expiredPort) throw new Error('no ports');
  const node = { id: 1, port, controllerPort, mtlsPort };
  const secured = secureBroker(security, node);
  const [jars, java] = [await kafkaJars(root), requireJava()];
  const broker = startBroker({
    jars,
    java,
    node,
    nodes: [node],
    dir,
    ...secured,
    settings: {
      ...secured.settings,
      ...withExpired(secured.settings, security.dir, expiredPort),
      // By this mechanism alone, a connection that stands is authenticated again after a few seconds.
      'listener.name.sasl_ssl.scram-sha-256.connections.max.reauth.ms': '8000',
      'group.min.session.timeout.ms': '1000',
    },
  });
  const tokens = await startTokenServer({ key: security.tokenKey, clients: security.passwords, port: 0 });
  const close = async () => {
    tokens.close();
    await stop(broker);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await brokerAnswers(broker, port);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    dir,
    security,
    tokens,
    brokers: `127.0.0.1:${port}`,
    mtlsBrokers: `127.0.0.1:${mtlsPort}`,
    expiredBrokers: `127.0.0.1:${expiredPort}`,
    /** @param {string} user */
    environment: (user) => ({
      BOOTSTRAP_SERVERS: `127.0.0.1:${port}`,
      ...secureEnvironment(security, user),
    }),
    /** @param {string} user @param {string} password by SCRAM-SHA-256, from its next authentication on */
    setPassword: (user, password) => {
      const change = `SCRAM-SHA-256=[iterations=4096,password=${password}]`;
      const config = join(dir, 'admin.properties');
      writeSecret(config, adminProperties(security));
      return run(
        java,
        [...QUIETLY, '-cp', join(jars, '*'), 'kafka.admin.ConfigCommand']
          .concat('--bootstrap-server', `127.0.0.1:${port}`, '--command-config', config)
          .concat('--alter', '--entity-type', 'users', '--entity-name', user, '--add-config', change),
        { cwd: root, quiet: true },
      );
    },
    close,
  };
}

/** @param {import('../../tools/lib/secure-kafka.mjs').Security} security */
const adminProperties = ({ dir, passwords }) => `security.protocol=SASL_SSL
ssl.truststore.type=PEM
ssl.truststore.location=${join(dir, 'ca.pem')}
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username="${ADMIN}" password="${passwords[ADMIN]}";
`;

/**
 * A certificate of the broker that has expired, of an authority of its own.
 * @param {string} dir
 */
async function writeExpired(dir) {
  const { pem, issue } = await createAuthority('another CA');
  const { certificate, key } = await issue('kafka', { notAfter: new Date(Date.now() - 3_600_000) });
  writeSecret(join(dir, 'other-ca.pem'), pem.certificate);
  writeSecret(join(dir, 'expired-keystore.pem'), key + certificate);
}

/**
 * @param {Record<string, string>} settings
 * @param {string} dir
 * @param {number} port
 */
const withExpired = (settings, dir, port) => ({
  listeners: `${settings.listeners},EXPIRED://127.0.0.1:${port}`,
  'advertised.listeners': `${settings['advertised.listeners']},EXPIRED://127.0.0.1:${port}`,
  'listener.security.protocol.map': `${settings['listener.security.protocol.map']},EXPIRED:SSL`,
  'listener.name.expired.ssl.keystore.type': 'PEM',
  'listener.name.expired.ssl.keystore.location': join(dir, 'expired-keystore.pem'),
});
