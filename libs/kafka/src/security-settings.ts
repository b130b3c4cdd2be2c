import { accessSync, constants } from 'node:fs';
import { choice, defineSettings, setting, text, type SettingsCheck, type SettingValues } from '@pipeline/ops';
import type { Secret } from './driver/security/secret.js';
import type { KafkaSecurity, SaslOptions } from './driver/security/security.js';

const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER', 'AWS_MSK_IAM'] as const;

const file = (name: string, help: string) =>
  text(name, { default: undefined, pattern: /^[^\0]+$/, accepts: 'the path of a file', help });

/** A secret in the environment, or better in a file, which is read again whenever it is needed. */
const secret = (name: string, help: string) => word(name, help, true);

/** SASL sends it as it is, between characters of control. */
const word = (name: string, help: string, isSecret = false) =>
  text(name, {
    default: undefined,
    pattern: /^[^\p{Cc}]+$/u,
    accepts: 'text without control characters',
    secret: isSecret,
    help,
  });

/** How Kafka is connected to securely, in the names of Kafka's clients (`security.protocol`, …). */
export const SECURITY_SETTINGS = defineSettings({
  securityProtocol: choice('KAFKA_SECURITY_PROTOCOL', {
    of: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    default: 'PLAINTEXT',
    help: 'As the listener of the brokers has it; without SSL everything can be read on the way.',
  }),
  sslCaLocation: file(
    'KAFKA_SSL_CA_LOCATION',
    'PEM file of the CAs that may sign the brokers’ certificates; unset, the public ones that Node.js knows. ' +
      'All these files are read again when they change.',
  ),
  sslCertificateLocation: file(
    'KAFKA_SSL_CERTIFICATE_LOCATION',
    'PEM file of this client’s certificate and its chain, where brokers ask for one.',
  ),
  sslKeyLocation: file('KAFKA_SSL_KEY_LOCATION', 'PEM file of the key to that certificate.'),
  sslKeyPassword: secret('KAFKA_SSL_KEY_PASSWORD', 'Password of that key, if it has one.'),
  sslEndpointIdentification: choice('KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM', {
    of: ['https', 'none'],
    default: 'https',
    help: '`https`: a broker’s certificate must name the host connected to. `none` lets any server with a certificate of the CA pass for a broker.',
  }),
  saslMechanism: setting<(typeof MECHANISMS)[number], undefined>('KAFKA_SASL_MECHANISM', {
    default: undefined,
    accepts: `one of ${MECHANISMS.join(', ')}`,
    parse: (given) => MECHANISMS.find((one) => one === given.trim().toUpperCase()),
    help: 'How this client says who it is, with SASL_SSL or SASL_PLAINTEXT.',
  }),
  saslUsername: word('KAFKA_SASL_USERNAME', 'For PLAIN (Confluent Cloud: the API key) and SCRAM.'),
  saslPassword: secret(
    'KAFKA_SASL_PASSWORD',
    'For PLAIN (Confluent Cloud: the API secret) and SCRAM; or KAFKA_SASL_PASSWORD_FILE.',
  ),
  saslPasswordFile: file(
    'KAFKA_SASL_PASSWORD_FILE',
    'File that holds the password, read at every connection.',
  ),
  tokenEndpointUrl: setting<string, undefined>('KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL', {
    default: undefined,
    accepts: 'an https:, http: or file: URL without user and password',
    // What is refused may hold a password.
    secret: true,
    parse: parseTokenUrl,
    help: 'For OAUTHBEARER: where tokens come from, by the client credentials grant; `file:` names a file that holds one token, read at every authentication.',
  }),
  oauthClientId: word('KAFKA_SASL_OAUTHBEARER_CLIENT_ID', 'Client id for the token endpoint.'),
  oauthClientSecret: secret(
    'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET',
    'Client secret for the token endpoint; or KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE.',
  ),
  oauthClientSecretFile: file(
    'KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE',
    'File that holds the client secret, read at every request for a token.',
  ),
  oauthScope: word('KAFKA_SASL_OAUTHBEARER_SCOPE', 'Scope to ask the token endpoint for.'),
  oauthExtensions: setting<Readonly<Record<string, string>>>('KAFKA_SASL_OAUTHBEARER_EXTENSIONS', {
    default: '',
    accepts: 'a comma-separated list of name=value',
    parse: parseExtensions,
    help: 'SASL extensions that go with the token, such as `logicalCluster=lkc-…,identityPoolId=pool-…` for Confluent Cloud.',
  }),
  awsRegion: text('KAFKA_SASL_AWS_REGION', {
    aliases: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
    default: undefined,
    pattern: /^[a-z0-9-]+$/,
    accepts: 'an AWS region such as eu-central-1',
    help: 'For AWS_MSK_IAM: region of the cluster. Credentials come from where the AWS SDK looks for them.',
  }),
});

type SecurityValues = SettingValues<typeof SECURITY_SETTINGS>;

/** Every combination of settings that cannot work, or would not do what it seems to. */
export const SECURITY_CHECKS: readonly SettingsCheck<SecurityValues>[] = [
  check(['securityProtocol', 'saslMechanism'], ({ securityProtocol, saslMechanism }) => {
    if (isSasl(securityProtocol) && saslMechanism === undefined) {
      return `KAFKA_SASL_MECHANISM must be set with KAFKA_SECURITY_PROTOCOL ${securityProtocol}`;
    }
    return !isSasl(securityProtocol) && saslMechanism !== undefined
      ? `KAFKA_SASL_MECHANISM needs KAFKA_SECURITY_PROTOCOL SASL_SSL or SASL_PLAINTEXT, not ${securityProtocol}`
      : undefined;
  }),
  check(
    ['securityProtocol', 'sslCaLocation', 'sslCertificateLocation', 'sslKeyLocation'],
    ({ securityProtocol, sslCaLocation, sslCertificateLocation, sslKeyLocation }) =>
      !isTls(securityProtocol) && (sslCaLocation ?? sslCertificateLocation ?? sslKeyLocation) !== undefined
        ? `KAFKA_SSL_… files need KAFKA_SECURITY_PROTOCOL SSL or SASL_SSL, not ${securityProtocol}`
        : undefined,
  ),
  check(['sslCertificateLocation', 'sslKeyLocation'], ({ sslCertificateLocation, sslKeyLocation }) =>
    (sslCertificateLocation === undefined) !== (sslKeyLocation === undefined)
      ? 'KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION must be set together'
      : undefined,
  ),
  check(
    ['saslMechanism', 'saslUsername', 'saslPassword', 'saslPasswordFile'],
    ({ saslMechanism, saslUsername, saslPassword, saslPasswordFile }) => {
      if (saslMechanism !== 'PLAIN' && !saslMechanism?.startsWith('SCRAM')) return undefined;
      return saslUsername === undefined || (saslPassword === undefined) === (saslPasswordFile === undefined)
        ? `KAFKA_SASL_MECHANISM ${saslMechanism} needs KAFKA_SASL_USERNAME and one of KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE`
        : undefined;
    },
  ),
  check(
    ['saslMechanism', 'tokenEndpointUrl', 'oauthClientId', 'oauthClientSecret', 'oauthClientSecretFile'],
    ({ saslMechanism, tokenEndpointUrl, oauthClientId, oauthClientSecret, oauthClientSecretFile }) => {
      if (saslMechanism !== 'OAUTHBEARER') return undefined;
      if (tokenEndpointUrl === undefined) {
        return 'KAFKA_SASL_MECHANISM OAUTHBEARER needs KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL';
      }
      if (tokenEndpointUrl.startsWith('file:')) return undefined;
      return oauthClientId === undefined ||
        (oauthClientSecret === undefined) === (oauthClientSecretFile === undefined)
        ? 'a token endpoint needs KAFKA_SASL_OAUTHBEARER_CLIENT_ID and one of KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET and KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE'
        : undefined;
    },
  ),
  check(
    ['saslMechanism', 'securityProtocol', 'awsRegion'],
    ({ saslMechanism, securityProtocol, awsRegion }) =>
      saslMechanism === 'AWS_MSK_IAM' && (awsRegion === undefined || securityProtocol !== 'SASL_SSL')
        ? 'KAFKA_SASL_MECHANISM AWS_MSK_IAM needs KAFKA_SECURITY_PROTOCOL SASL_SSL and KAFKA_SASL_AWS_REGION'
        : undefined,
  ),
  readable('sslCaLocation'),
  readable('sslCertificateLocation'),
  readable('sslKeyLocation'),
  readable('saslPasswordFile'),
  readable('oauthClientSecretFile'),
];

/** What the settings say, in the form that the driver takes. They have passed SECURITY_CHECKS. */
export function toSecurity(values: SecurityValues): KafkaSecurity {
  const sasl = isSasl(values.securityProtocol) ? toSasl(values) : undefined;
  return {
    ...(isTls(values.securityProtocol) && {
      tls: {
        caFile: values.sslCaLocation,
        certificateFile: values.sslCertificateLocation,
        keyFile: values.sslKeyLocation,
        keyPassword: toSecret(values.sslKeyPassword, undefined),
        verifyHostname: values.sslEndpointIdentification === 'https',
      },
    }),
    ...(sasl && { sasl }),
  };
}

function toSasl(values: SecurityValues): SaslOptions | undefined {
  const { saslMechanism: mechanism } = values;
  switch (mechanism) {
    case undefined:
      return undefined;
    case 'AWS_MSK_IAM':
      return { mechanism, region: values.awsRegion ?? '' };
    case 'OAUTHBEARER':
      return {
        mechanism,
        url: values.tokenEndpointUrl ?? '',
        clientId: values.oauthClientId,
        clientSecret: toSecret(values.oauthClientSecret, values.oauthClientSecretFile),
        scope: values.oauthScope,
        extensions: values.oauthExtensions,
      };
    case 'PLAIN':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512':
      return {
        mechanism,
        username: values.saslUsername ?? '',
        password: toSecret(values.saslPassword, values.saslPasswordFile) ?? { value: '' },
      };
  }
}

const toSecret = (value: string | undefined, path: string | undefined): Secret | undefined =>
  path === undefined ? (value === undefined ? undefined : { value }) : { file: path };

const isTls = (protocol: SecurityValues['securityProtocol']) => protocol.endsWith('SSL');
const isSasl = (protocol: SecurityValues['securityProtocol']) => protocol.startsWith('SASL');

function check(
  about: readonly (keyof SecurityValues)[],
  problem: (values: SecurityValues) => string | undefined,
): SettingsCheck<SecurityValues> {
  return { about, problem };
}

function readable(
  key:
    | 'sslCaLocation'
    | 'sslCertificateLocation'
    | 'sslKeyLocation'
    | 'saslPasswordFile'
    | 'oauthClientSecretFile',
): SettingsCheck<SecurityValues> {
  return check([key], (values) => {
    const path = values[key];
    if (path === undefined) return undefined;
    try {
      accessSync(path, constants.R_OK);
      return undefined;
    } catch {
      return `${SECURITY_SETTINGS[key].name} must be the path of a file that can be read`;
    }
  });
}

function parseTokenUrl(given: string): string | undefined {
  if (!URL.canParse(given)) return undefined;
  const { protocol, username, password, href } = new URL(given);
  const isUsable = ['https:', 'http:', 'file:'].includes(protocol) && !username && !password;
  return isUsable ? href : undefined;
}

/** Kafka takes letters as names, and printable ASCII as values (RFC 7628); `auth` is the token's own. */
function parseExtensions(given: string): Readonly<Record<string, string>> | undefined {
  const pairs = given
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '');
  const parsed = pairs.map((pair) => /^([A-Za-z]+)=([\x20-\x7e]+)$/.exec(pair));
  if (parsed.some((match) => match === null || match[1]?.toLowerCase() === 'auth')) return undefined;
  return Object.fromEntries(parsed.map((match) => [match?.[1] ?? '', match?.[2] ?? '']));
}
