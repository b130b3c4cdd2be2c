import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@pipeline/ops';
import { SECURITY_CHECKS, SECURITY_SETTINGS, toSecurity } from './security-settings.js';

const load = (environment: Record<string, string>) =>
  loadSettings(SECURITY_SETTINGS, { environment, file: {} }, SECURITY_CHECKS);

function securityOf(environment: Record<string, string>) {
  const loaded = load(environment);
  if (!loaded.ok) throw new Error(loaded.problems.join());
  return toSecurity(loaded.values);
}

const problemsOf = (environment: Record<string, string>) => {
  const loaded = load(environment);
  return loaded.ok ? '' : loaded.problems.join('\n');
};

const SASL_SSL = { KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' };
const SCRAM = { ...SASL_SSL, KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'me' };
const OAUTH = {
  ...SASL_SSL,
  KAFKA_SASL_MECHANISM: 'OAUTHBEARER',
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://host/token',
};
const here = import.meta.filename;

describe('the security of a connection', () => {
  it('is none by default', () => expect(securityOf({})).toEqual({}));

  it('is TLS, with or without files', () => {
    const tls = { verifyHostname: true };
    expect(securityOf({ KAFKA_SECURITY_PROTOCOL: 'ssl' })).toEqual({ tls });
    const env = {
      KAFKA_SECURITY_PROTOCOL: 'SSL',
      KAFKA_SSL_CA_LOCATION: here,
      KAFKA_SSL_CERTIFICATE_LOCATION: here,
      KAFKA_SSL_KEY_LOCATION: here,
      KAFKA_SSL_KEY_PASSWORD: 'secret',
      KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM: 'none',
    };
    expect(securityOf(env)).toEqual({
      tls: {
        caFile: here,
        certificateFile: here,
        keyFile: here,
        keyPassword: { value: 'secret' },
        verifyHostname: false,
      },
    });
  });

  it('is user and password, from the environment or a file', () => {
    const sasl = { mechanism: 'SCRAM-SHA-512', username: 'me' };
    expect(securityOf({ ...SCRAM, KAFKA_SASL_PASSWORD: 'secret' })).toMatchObject({
      sasl: { ...sasl, password: { value: 'secret' } },
    });
    expect(securityOf({ ...SCRAM, KAFKA_SASL_PASSWORD_FILE: here })).toMatchObject({
      sasl: { ...sasl, password: { file: here } },
    });
  });

  it('is a token endpoint, with what goes with its tokens', () => {
    const env = {
      ...OAUTH,
      KAFKA_SASL_OAUTHBEARER_CLIENT_ID: 'me',
      KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: 'secret',
      KAFKA_SASL_OAUTHBEARER_SCOPE: 'kafka',
      KAFKA_SASL_OAUTHBEARER_EXTENSIONS: 'logicalCluster=lkc-1, identityPoolId=pool-1',
    };
    expect(securityOf(env).sasl).toEqual({
      mechanism: 'OAUTHBEARER',
      url: 'https://host/token',
      clientId: 'me',
      clientSecret: { value: 'secret' },
      scope: 'kafka',
      extensions: { logicalCluster: 'lkc-1', identityPoolId: 'pool-1' },
    });
  });

  it('is a region of AWS, also by the name that AWS gives it', () => {
    const sasl = { mechanism: 'AWS_MSK_IAM', region: 'eu-central-1' };
    const env = { ...SASL_SSL, KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM' };
    expect(securityOf({ ...env, KAFKA_SASL_AWS_REGION: 'eu-central-1' })).toMatchObject({ sasl });
    expect(securityOf({ ...env, AWS_REGION: 'eu-central-1' })).toMatchObject({ sasl });
  });
});

describe('settings that do not go together', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    ['SASL without a mechanism', SASL_SSL, /KAFKA_SASL_MECHANISM must be set/],
    [
      'a mechanism without SASL',
      { ...SCRAM, KAFKA_SASL_PASSWORD: 'secret', KAFKA_SECURITY_PROTOCOL: 'SSL' },
      /KAFKA_SASL_MECHANISM needs KAFKA_SECURITY_PROTOCOL/,
    ],
    ['files without TLS', { KAFKA_SSL_CA_LOCATION: here }, /need KAFKA_SECURITY_PROTOCOL SSL/],
    [
      'a certificate without its key',
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CERTIFICATE_LOCATION: here },
      /must be set together/,
    ],
    ['no password', SCRAM, /one of KAFKA_SASL_PASSWORD and KAFKA_SASL_PASSWORD_FILE/],
    [
      'two passwords',
      { ...SCRAM, KAFKA_SASL_PASSWORD: 'secret', KAFKA_SASL_PASSWORD_FILE: here },
      /one of KAFKA_SASL_PASSWORD and/,
    ],
    ['no client', OAUTH, /needs KAFKA_SASL_OAUTHBEARER_CLIENT_ID/],
    [
      'no token endpoint',
      { ...SASL_SSL, KAFKA_SASL_MECHANISM: 'OAUTHBEARER' },
      /needs KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL/,
    ],
    ['no region', { ...SASL_SSL, KAFKA_SASL_MECHANISM: 'AWS_MSK_IAM' }, /KAFKA_SASL_AWS_REGION/],
    [
      'a file that is not there',
      { KAFKA_SECURITY_PROTOCOL: 'SSL', KAFKA_SSL_CA_LOCATION: '/nowhere/ca.pem' },
      /KAFKA_SSL_CA_LOCATION must be the path of a file that can be read/,
    ],
  ])('are refused: %s', (_, environment, problem) => {
    expect(problemsOf(environment)).toMatch(problem);
    expect(problemsOf(environment)).not.toContain('secret');
  });

  it('need no client for a token in a file', () => {
    const url = { KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'file:///run/secrets/token' };
    expect(problemsOf({ ...OAUTH, ...url })).toBe('');
  });

  it('show no password of a URL', () => {
    const url = 'https://me:hidden@host/token';
    expect(problemsOf({ ...OAUTH, KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: url })).not.toContain('hidden');
  });
});
