import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { accessFailure, deniedTopics, describeAccessFailure } from './access-failure.js';
import { SecurityError } from './security-error.js';

const require = createRequire(import.meta.url);

const errorOf = (fields: object, options?: ErrorOptions) =>
  Object.assign(new Error('a secret text', options), fields);

const told = (error: unknown) => {
  const failure = accessFailure(error);
  return failure && describeAccessFailure(failure);
};

describe('a failure of access', () => {
  it.each([
    ['CERT_HAS_EXPIRED', 'tls'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN', 'tls'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'tls'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls'],
  ])('is %s, of kind %s, also deep in the causes of an error', (code, kind) => {
    const error = errorOf({}, { cause: errorOf({ code }, { cause: undefined }) });
    expect(accessFailure(error)?.kind).toBe(kind);
  });

  it('is found in what kafkajs makes of it when it gives up', () => {
    const { KafkaJSNonRetriableError } = require('kafkajs/src/errors.js') as {
      KafkaJSNonRetriableError: new (error: Error, options: ErrorOptions) => Error;
    };
    const error: Error = new SecurityError('TOKEN_ENDPOINT_UNREACHABLE', new TypeError('fetch failed'));
    // As its retry does.
    const given = new KafkaJSNonRetriableError(error, { cause: error.cause ?? error });
    expect(accessFailure(given)?.code).toBe('TOKEN_ENDPOINT_UNREACHABLE');
  });

  it('is what the broker says of credentials and permissions', () => {
    expect(accessFailure(errorOf({ type: 'SASL_AUTHENTICATION_FAILED', code: 58 }))?.kind).toBe(
      'authentication',
    );
    expect(accessFailure(errorOf({ type: 'GROUP_AUTHORIZATION_FAILED', code: 30 }))?.kind).toBe(
      'authorization',
    );
  });

  it('is one of many', () => {
    const error = errorOf({
      errors: [errorOf({ type: 'A' }), errorOf({ type: 'TOPIC_AUTHORIZATION_FAILED' })],
    });
    expect(accessFailure(error)?.code).toBe('TOPIC_AUTHORIZATION_FAILED');
  });

  it.each([
    errorOf({ code: 'ECONNREFUSED' }),
    errorOf({ type: 'NOT_LEADER_FOR_PARTITION' }),
    errorOf({ type: 'toString' }),
    new Error('CERT_HAS_EXPIRED'),
    'CERT_HAS_EXPIRED',
    null,
    undefined,
  ])('is nothing else (%#)', (error) => expect(accessFailure(error)).toBeUndefined());

  it('never tells the text of an error', () => {
    const error = new SecurityError('SASL_REFUSED', errorOf({}));
    expect(told(error)).toMatch(
      /^authentication failed: the broker refuses the credentials.*\(SASL_REFUSED\)$/,
    );
    expect(told(error)).not.toContain('secret');
  });
});

describe('a missing permission', () => {
  it.each([
    ['Fetch', 'Read'],
    ['Produce', 'Write'],
    ['AddPartitionsToTxn', 'Write'],
    ['CreateTopics', 'Create'],
    ['Metadata', 'Describe (part of Read and of Write)'],
    ['ListOffsets', 'Describe (part of Read and of Write)'],
  ])('of a topic is named by what was asked for: %s needs %s', (api, operation) => {
    const error = errorOf({ type: 'TOPIC_AUTHORIZATION_FAILED', denied: { api, topics: ['a', 'b'] } });
    expect(told(error)).toContain(`lacks the permission ${operation} on topic a, b`);
  });

  it('of a group, of the transactional ids and of the cluster is named', () => {
    const of = (type: string, api: string) => told(errorOf({ type, denied: { api, topics: [] } }));
    expect(of('GROUP_AUTHORIZATION_FAILED', 'JoinGroup')).toContain('Read on the consumer group');
    expect(of('TRANSACTIONAL_ID_AUTHORIZATION_FAILED', 'InitProducerId')).toContain(
      'Write on the transactional ids',
    );
    expect(of('CLUSTER_AUTHORIZATION_FAILED', 'InitProducerId')).toContain('IdempotentWrite on the cluster');
  });
});

describe('the topics that an answer refuses', () => {
  it('are found in the form of every answer', () => {
    const metadata = { topicMetadata: [{ topicErrorCode: 29, topic: 'a', partitionMetadata: [] }] };
    const produce = { topics: [{ topicName: 'b', partitions: [{ partition: 0, errorCode: 29 }] }] };
    const added = { errors: [{ topic: 'c', partitionErrors: [{ errorCode: 0 }, { errorCode: 29 }] }] };
    const configs = {
      resources: [
        { resourceName: 'd', errorCode: 29 },
        { resourceName: 'e', errorCode: 0 },
      ],
    };
    expect([metadata, produce, added, configs].flatMap((answer) => deniedTopics(answer, 29))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });

  it.each([
    null,
    undefined,
    'a',
    { errorCode: 29 },
    { topic: 'a', errorCode: 0 },
    { records: Buffer.alloc(9) },
  ])('are none in %j', (answer) => expect(deniedTopics(answer, 29)).toEqual([]));
});
