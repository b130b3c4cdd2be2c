import { expect, it } from '@jest/globals';
import { HEADERS, isReservedHeader } from './headers.js';

it.each(Object.values(HEADERS))('reserves %s', (name) => {
  expect(isReservedHeader(name)).toBe(true);
});

it.each(['dlq.anything', 'kafka_dlt-original-timestamp-type', '__connect.errors.stage', 'retry.attempts'])(
  'reserves %s, which only has the prefix',
  (name) => {
    expect(isReservedHeader(name)).toBe(true);
  },
);

it.each([
  '',
  'dlq',
  'DLQ.reason',
  'Kafka_dlt-original-topic',
  'my.dlq.reason',
  'traceparent',
  '__connect.errors',
])('leaves "%s" to its owner', (name) => {
  expect(isReservedHeader(name)).toBe(false);
});
