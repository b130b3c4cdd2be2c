import { describe, expect, it } from '@jest/globals';
import { loadSettings } from '@pipeline/ops';
import { CONSUMER_CHECKS, CONSUMER_SETTINGS } from './config.js';

const load = (environment: Record<string, string>) =>
  loadSettings(CONSUMER_SETTINGS, { environment, file: {} }, CONSUMER_CHECKS);

const problemsOf = (environment: Record<string, string>) => {
  const loaded = load(environment);
  return loaded.ok ? [] : loaded.problems;
};

/** For every setting a value that is refused. */
const WRONG: Record<string, string> = {
  LEVEL: 'TRACE',
  PROJECT_NAME: 'two words',
  HTTP_PORT: '65536',
  HTTP_HOST: 'a host',
  SHUTDOWN_TIMEOUT: '0',
  ADMIN_AUTH: 'yes',
  ADMIN_TOKENS: 'short',
  ADMIN_AUTH_NONE_IN_PRODUCTION: 'perhaps',
  ADMIN_COMMAND_LIMIT: '0',
  ADMIN_FAILURE_LIMIT: '0',
  ADMIN_HOST: 'a host',
  ADMIN_PORT: '65536',
  ADMIN_TOKENS_FILE: '\0',
  ENVIRONMENT: '\n',
  NODE_ENV: 'a b',
  ADMIN_ALLOWED_HOSTS: 'host:8080',
  BOOTSTRAP_SERVERS: 'localhost',
  INPUT_TOPIC: 'in put',
  OUTPUT_TOPIC: '..',
  DLQ_TOPIC: 'x'.repeat(250),
  KAFKA_CREATE_TOPICS: 'user-login:0:1',
  INPUT_RETENTION: '-1',
  OUTPUT_RETENTION: '7d',
  DLQ_RETENTION: '0',
  COMPRESSION: 'brotli',
  KAFKA_FAST_ENCODER: 'perhaps',
  KAFKA_SECURITY_PROTOCOL: 'TLS',
  KAFKA_SSL_CA_LOCATION: '\0',
  KAFKA_SSL_CERTIFICATE_LOCATION: '\0',
  KAFKA_SSL_KEY_LOCATION: '\0',
  KAFKA_SSL_KEY_PASSWORD: '\0',
  KAFKA_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM: 'no',
  KAFKA_SASL_MECHANISM: 'GSSAPI',
  KAFKA_SASL_USERNAME: '\0',
  KAFKA_SASL_PASSWORD: '\0',
  KAFKA_SASL_PASSWORD_FILE: '\0',
  KAFKA_SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL: 'https://me:secret@host',
  KAFKA_SASL_OAUTHBEARER_CLIENT_ID: '\n',
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET: '\n',
  KAFKA_SASL_OAUTHBEARER_CLIENT_SECRET_FILE: '\0',
  KAFKA_SASL_OAUTHBEARER_SCOPE: '\n',
  KAFKA_SASL_OAUTHBEARER_EXTENSIONS: 'auth=other',
  KAFKA_SASL_AWS_REGION: 'Frankfurt!',
  SOCKET_TIMEOUT: '99',
  CONSUMER_GROUP: '\n',
  CONTROL_TOPIC: 'a topic',
  AUDIT_TOPIC: 'a topic',
  AUDIT_RETENTION: '0',
  CONTROL_SECRET: 'short',
  AUTO_OFFSET_RESET: 'middle',
  OFFSET_OUT_OF_RANGE: 'skip',
  ENABLE_AUTO_COMMIT: 'maybe',
  DELIVERY_GUARANTEE: 'at-most-once',
  SESSION_TIMEOUT: '30s',
  HEARTBEAT_INTERVAL: '1',
  STALL_TIMEOUT: '4999',
  BATCH_LINGER_MS: '501',
  KAFKA_WORKER_POOL_SIZE: '0',
  FETCH_MAX_BYTES: '10MB',
  MAX_PARTITION_FETCH_BYTES: '1000',
  MAX_CONCURRENT_PARTITIONS: '0',
  BATCH_BUDGET: '0',
  EVENT_TIMEOUT: '30s',
  KAFKA_RETRY_LIMIT: '101',
  KAFKA_RETRY_INITIAL_DELAY: 'soon',
  KAFKA_RETRY_MAX_DELAY: '1e3',
  RETRY_DELAYS: '5s,soon',
  CIRCUIT_FAILURE_RATIO: '50%',
  CIRCUIT_MINIMUM_CALLS: '0',
  CIRCUIT_WINDOW: '10s',
  CIRCUIT_TRIAL_AFTER: '0',
  DLQ_FLOOD_RATIO: '1.5',
  DLQ_FLOOD_ACTION: 'stop',
  OPERATIONS_TOPIC: 'a topic',
  PARKING_TOPIC: 'a topic',
  DLQ_MAX_REPLAYS: '0',
  OPERATION_TAKEOVER: '4999',
  REPLAY_TARGETS: 'a topic',
  DLQ_INDEX_MAX: '10',
  DLQ_INDEX_CPU: '2',
  ENRICHMENT_URL: 'http://{ip}/',
  ENRICHMENT_TIMEOUT: '2s',
  ENRICHMENT_MAX_BYTES: '64KB',
  MIN_APP_VERSION: 'newest',
};

describe("the consumer's settings", () => {
  it('have defaults that work', () => {
    expect(load({})).toMatchObject({
      ok: true,
      values: {
        brokers: ['localhost:29092'],
        consumerGroup: 'user-group',
        httpPort: 8080,
        enableAutoCommit: false,
      },
    });
  });

  it('are all named at once when all are wrong', () => {
    const problems = problemsOf(WRONG);
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(Object.keys(WRONG).sort());
  });

  it('have each a wrong value in this test', () => {
    expect(Object.keys(WRONG).sort()).toEqual(
      Object.values(CONSUMER_SETTINGS)
        .map(({ name }) => name)
        .sort(),
    );
  });

  it('never show a token', () => {
    expect(problemsOf({ ADMIN_TOKENS: 'short' }).join()).not.toContain('short');
  });

  it('let everyone in with NODE_ENV=production only where that is said twice', () => {
    const open = { ADMIN_AUTH: 'none', NODE_ENV: 'production' };
    expect(problemsOf(open)).toEqual([expect.stringContaining('ADMIN_AUTH_NONE_IN_PRODUCTION')]);
    expect(problemsOf({ ...open, ADMIN_AUTH_NONE_IN_PRODUCTION: 'true' })).toEqual([]);
    expect(problemsOf({ ...open, NODE_ENV: 'test' })).toEqual([]);
  });

  it('name a file of tokens that cannot be read', () => {
    expect(problemsOf({ ADMIN_TOKENS_FILE: '/nowhere' })).toEqual([
      'ADMIN_TOKENS_FILE must hold tokens: it cannot be read',
    ]);
  });

  it('take brokers from the first of three names, with or without a scheme', () => {
    const brokersOf = (environment: Record<string, string>) => {
      const loaded = load(environment);
      return loaded.ok ? loaded.values.brokers : loaded.problems;
    };
    expect(brokersOf({ KAFKA_LISTENER: 'a:1', KAFKA_BROKER_URL: 'kafka://b:2,d:3' })).toEqual(['b:2', 'd:3']);
    expect(brokersOf({ KAFKA_LISTENER: 'a:1', BOOTSTRAP_SERVERS: 'c:3' })).toEqual(['c:3']);
  });

  it.each(['localhost:0', 'localhost:65536', 'a:1,localhost:99999', '[::1]:9092', ',', ' , '])(
    'refuse the brokers %j, where nothing could ever be reached',
    (brokers) => {
      expect(problemsOf({ BOOTSTRAP_SERVERS: brokers })).toEqual([
        expect.stringMatching(/^BOOTSTRAP_SERVERS must be/),
      ]);
    },
  );

  it.each([
    'host/path?ip={ip}',
    'ftp://host/{ip}',
    'http://host/path',
    'http://{ip}/path',
    'http://host{ip}/',
    'http://user:pass@host/{ip}',
    'http://host/#{ip}',
  ])('refuse %s as the address of the enrichment, without showing it', (url) => {
    const problems = problemsOf({ ENRICHMENT_URL: url });
    expect(problems).toEqual([expect.stringMatching(/^ENRICHMENT_URL must be/)]);
    expect(problems.join()).not.toContain('not "');
  });

  it.each(['http://host/path?ip={ip}', 'https://host:8443/{ip}/json?key=s3cret', 'http://[::1]:80/{ip}'])(
    'take %s as the address of the enrichment',
    (url) => {
      expect(load({ ENRICHMENT_URL: url })).toMatchObject({ ok: true, values: { enrichmentUrl: url } });
    },
  );

  it.each<[given: string, delays: number[]]>([
    ['none', []],
    ['5s, 1m,10m', [5_000, 60_000, 600_000]],
    ['1h30m', [5_400_000]],
  ])('read the waits before retries in %s', (given, delays) => {
    expect(load({ RETRY_DELAYS: given })).toMatchObject({ ok: true, values: { retryDelays: delays } });
  });

  it.each(['5s,none', '5s,,1m', '1s,1s,1s,1s,1s,1s,1s,1s,1s,1s'])(
    'refuse the waits before retries in %s',
    (given) => {
      expect(problemsOf({ RETRY_DELAYS: given })).toEqual([expect.stringMatching(/^RETRY_DELAYS must be/)]);
    },
  );

  it.each([
    [{ DLQ_TOPIC: 'user-login-retry-1' }, /retry topic user-login-retry-1/],
    [{ OUTPUT_TOPIC: 'user-login-retry-3' }, /retry topic user-login-retry-3/],
    [{ INPUT_TOPIC: 'x'.repeat(245), KAFKA_CREATE_TOPICS: 'x:1:1' }, /^INPUT_TOPIC must be shorter/],
  ])('refuse names that collide with or are too long for retry topics: %j', (environment, problem) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(problem)]);
    expect(problemsOf({ ...environment, RETRY_DELAYS: 'none' })).toEqual([]);
  });

  it('refuse a topic that is to be created twice, which Kafka would refuse for ever', () => {
    expect(problemsOf({ KAFKA_CREATE_TOPICS: 'a:1:1,b:1:1,a:2:1' })).toEqual([
      expect.stringMatching(/^KAFKA_CREATE_TOPICS must be .*each topic once/),
    ]);
  });

  it('compare the topics that can be read, also when another one cannot', () => {
    expect(problemsOf({ INPUT_TOPIC: 'in put', OUTPUT_TOPIC: 'x', DLQ_TOPIC: 'x' })).toHaveLength(2);
  });

  it.each<[environment: Record<string, string>, problem: RegExp]>([
    [{ ENABLE_AUTO_COMMIT: 'true' }, /^ENABLE_AUTO_COMMIT must be false.*loses events/],
    [{ HEARTBEAT_INTERVAL: '20000' }, /^HEARTBEAT_INTERVAL .*SESSION_TIMEOUT/],
    [{ OUTPUT_TOPIC: 'user-login' }, /^INPUT_TOPIC and OUTPUT_TOPIC must be different topics/],
    [{ OUTPUT_TOPIC: 'x', DLQ_TOPIC: 'x' }, /^OUTPUT_TOPIC and DLQ_TOPIC must be different topics/],
  ])('are checked against each other: %j', (environment, problem) => {
    expect(problemsOf(environment)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('times of look-ups that do not fit', () => {
  const URL = { ENRICHMENT_URL: 'http://host/{ip}' };
  const warningsOf = (environment: Record<string, string>) =>
    load(environment).warnings.map((warning) => warning.split(' ').filter((word) => word.includes('_')));

  it('are told, and do not stop the start', () => {
    expect(load({ ...URL, ENRICHMENT_TIMEOUT: '30000' }).ok).toBe(true);
    expect(warningsOf({ ...URL, ENRICHMENT_TIMEOUT: '30000' })[0]).toEqual([
      'ENRICHMENT_TIMEOUT',
      'EVENT_TIMEOUT:',
    ]);
  });

  it.each([
    [{ ENRICHMENT_TIMEOUT: '19233' }, 0],
    [{ ENRICHMENT_TIMEOUT: '19234' }, 1],
    [{ KAFKA_RETRY_LIMIT: '10' }, 0],
    [{ KAFKA_RETRY_LIMIT: '12' }, 1],
  ])('count all calls in place and the waits between them: %j', (given, count) => {
    expect(warningsOf({ ...URL, ...given })).toHaveLength(count);
    expect(warningsOf(given)).toEqual([]);
  });
});
