import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createAuthority } from './certificates.mjs';
import { secretFolder, writeSecret } from './secret-files.mjs';
import { AUDIENCE, ISSUER, jwksOf, newTokenKey } from './token-server.mjs';

/** Above the port of a node: brokers among themselves, and clients that have a certificate only. */
export const MTLS_OFFSET = 2_000;
/** Above the port of the first node: where tokens for OAUTHBEARER come from. */
export const TOKEN_OFFSET = 3_000;

/** May do everything. */
export const ADMIN = 'admin';
export const USERS = { consumer: 'pipeline-consumer', producer: 'pipeline-producer' };
const NAMES = [ADMIN, ...Object.values(USERS)];

/**
 * What secures a broker, made on the spot: certificates, passwords of the users, a key for tokens. The folder of
 * the broker is closed to others as a whole: its properties and its storage tell of the users too.
 * @typedef {{ dir: string, passwords: Record<string, string>, tokenKey: string }} Security
 * @param {string} brokerDir
 * @returns {Promise<Security>} in a folder of its own; that of the last time, if there is one: the broker's storage knows its users
 */
export async function prepareSecurity(brokerDir) {
  const dir = join(brokerDir, 'security');
  secretFolder(brokerDir);
  secretFolder(dir);
  const file = join(dir, 'passwords.json');
  if (!existsSync(file)) {
    await writeCertificates(dir);
    writeSecret(join(dir, 'token-key.pem'), newTokenKey());
    const passwords = Object.fromEntries(NAMES.map((name) => [name, randomBytes(18).toString('base64url')]));
    // The last one: what came before is whole by then.
    writeSecret(file, JSON.stringify(passwords));
  }
  const tokenKey = readFileSync(join(dir, 'token-key.pem'), 'utf8');
  writeSecret(join(dir, 'jwks.json'), JSON.stringify(jwksOf(tokenKey)));
  return { dir, passwords: JSON.parse(readFileSync(file, 'utf8')), tokenKey };
}

/** @param {string} dir */
async function writeCertificates(dir) {
  const { pem, issue } = await createAuthority();
  writeSecret(join(dir, 'ca.pem'), pem.certificate);
  for (const name of ['kafka', ...Object.values(USERS)]) {
    const { certificate, key } = await issue(name);
    writeSecret(join(dir, `${name}.pem`), certificate);
    writeSecret(join(dir, `${name}.key`), key);
    // Kafka reads both from one file.
    if (name === 'kafka') writeSecret(join(dir, 'kafka-keystore.pem'), key + certificate);
  }
}

/**
 * Properties of a broker that lets nobody in without TLS and a name.
 * @param {Security} security
 * @param {{ port: number, controllerPort: number, mtlsPort?: number }} node
 * @returns {Record<string, string>}
 */
function secureSettings({ dir, passwords }, { port, controllerPort, mtlsPort = port + MTLS_OFFSET }) {
  const listener = 'listener.name.sasl_ssl';
  const login = 'org.apache.kafka.common.security';
  const plainUsers = Object.entries(passwords).map(([name, password]) => `user_${name}="${password}"`);
  return {
    listeners: `SASL_SSL://127.0.0.1:${port},MTLS://127.0.0.1:${mtlsPort},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `SASL_SSL://127.0.0.1:${port},MTLS://127.0.0.1:${mtlsPort}`,
    'listener.security.protocol.map': 'CONTROLLER:SSL,MTLS:SSL,SASL_SSL:SASL_SSL',
    'inter.broker.listener.name': 'MTLS',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': join(dir, 'kafka-keystore.pem'),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': join(dir, 'ca.pem'),
    'listener.name.mtls.ssl.client.auth': 'required',
    'listener.name.controller.ssl.client.auth': 'required',
    'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/,DEFAULT',
    [`${listener}.sasl.enabled.mechanisms`]: 'SCRAM-SHA-256,SCRAM-SHA-512,PLAIN,OAUTHBEARER',
    [`${listener}.scram-sha-256.sasl.jaas.config`]: `${login}.scram.ScramLoginModule required;`,
    [`${listener}.scram-sha-512.sasl.jaas.config`]: `${login}.scram.ScramLoginModule required;`,
    [`${listener}.plain.sasl.jaas.config`]: `${login}.plain.PlainLoginModule required ${plainUsers.join(' ')};`,
    [`${listener}.oauthbearer.sasl.jaas.config`]: `${login}.oauthbearer.OAuthBearerLoginModule required;`,
    [`${listener}.oauthbearer.sasl.server.callback.handler.class`]: `${login}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
    // Without it a connection outlives the token that opened it.
    [`${listener}.oauthbearer.connections.max.reauth.ms`]: '3600000',
    'sasl.oauthbearer.jwks.endpoint.url': jwksUrl(dir),
    'sasl.oauthbearer.expected.audience': AUDIENCE,
    'sasl.oauthbearer.expected.issuer': ISSUER,
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': `User:kafka;User:${ADMIN}`,
  };
}

/** @param {string} dir */
const jwksUrl = (dir) => pathToFileURL(join(dir, 'jwks.json')).href;

/** What Kafka takes on its command line only. @param {Security} security */
const javaOptions = ({ dir }) => [
  `-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${jwksUrl(dir)}`,
  `-Dorg.apache.kafka.sasl.oauthbearer.allowed.files=${join(dir, 'jwks.json')}`,
];

/** The users, for a storage that is new. @param {Security} security */
const scramUsers = ({ passwords }) =>
  Object.entries(passwords).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
      '--add-scram',
      `${mechanism}=[name=${name},password=${password}]`,
    ]),
  );

/**
 * What `startBroker` takes to start a broker that is secured.
 * @param {Security} security
 * @param {{ port: number, controllerPort: number, mtlsPort?: number }} node
 */
export const secureBroker = (security, node) => ({
  settings: secureSettings(security, node),
  javaOptions: javaOptions(security),
  formatArguments: scramUsers(security),
});

/**
 * Settings by which an app or a tool connects as a user.
 * @param {Security} security
 * @param {string} user
 * @returns {Record<string, string>}
 */
export const secureEnvironment = ({ dir, passwords }, user) => ({
  KAFKA_SECURITY_PROTOCOL: 'SASL_SSL',
  KAFKA_SSL_CA_LOCATION: join(dir, 'ca.pem'),
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: user,
  KAFKA_SASL_PASSWORD: passwords[user] ?? '',
});
