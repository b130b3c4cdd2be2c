import { describe, expect, it } from '@jest/globals';
import { errorCode } from './error-code.js';
import { describeError, isMembershipError, isUnable } from './kafka-client.js';

const errorOf = (fields: object, options?: ErrorOptions) =>
  Object.assign(new Error('secret', options), fields);

describe('the code of an error', () => {
  it.each<[string, unknown, string | undefined]>([
    ["is the protocol's name", errorOf({ type: 'MESSAGE_TOO_LARGE', code: 10 }), 'MESSAGE_TOO_LARGE'],
    ["is Node's code", errorOf({ code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    ['is that of its cause', errorOf({}, { cause: errorOf({ type: 'NOT_LEADER' }) }), 'NOT_LEADER'],
    [
      'is that of the first of many',
      errorOf({ errors: [errorOf({ type: 'A' }), errorOf({ type: 'B' })] }),
      'A',
    ],
    ['is none of an empty many', errorOf({ errors: [] }), undefined],
    ['is none', new Error('secret'), undefined],
    ['is none for what is no error', 'ECONNREFUSED', undefined],
    ['is none for nothing', undefined, undefined],
  ])('%s', (_, error, code) => expect(errorCode(error)).toBe(code));
});

describe('what is said of an error', () => {
  it.each<[unknown, string]>([
    [errorOf({ name: 'KafkaJSProtocolError', type: 'UNKNOWN' }), 'KafkaJSProtocolError (UNKNOWN)'],
    [new TypeError('secret'), 'TypeError'],
    ['secret', 'string'],
    [undefined, 'undefined'],
  ])('is class and code, never its text (%#)', (error, text) => expect(describeError(error)).toBe(text));
});

describe('a membership error', () => {
  it.each(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'NOT_COORDINATOR_FOR_GROUP'])(
    'is %s',
    (type) => expect(isMembershipError(errorOf({ type }))).toBe(true),
  );

  it.each([errorOf({ type: 'MESSAGE_TOO_LARGE' }), new Error('REBALANCE_IN_PROGRESS'), undefined])(
    'is nothing else (%#)',
    (error) => expect(isMembershipError(error)).toBe(false),
  );
});

describe('brokers that are unable', () => {
  it('say so, also as the cause of another error', () => {
    expect(isUnable(errorOf({ type: 'NOT_ENOUGH_REPLICAS' }))).toBe(true);
    expect(isUnable(errorOf({ type: 'UNSTABLE_OFFSET_COMMIT' }))).toBe(true);
    expect(isUnable(errorOf({}, { cause: errorOf({ type: 'LEADER_NOT_AVAILABLE' }) }))).toBe(true);
  });

  it.each([errorOf({ type: 'TOPIC_AUTHORIZATION_FAILED' }), errorOf({ code: 'ECONNREFUSED' }), undefined])(
    'are not what another error tells of (%#)',
    (error) => expect(isUnable(error)).toBe(false),
  );
});
