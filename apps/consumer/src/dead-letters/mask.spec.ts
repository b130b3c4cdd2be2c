import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isShownHeader, maskValue } from './mask.js';

it('leaves what tells of no person', () => {
  const event = {
    user_id: '424cdd21',
    app_version: '2.3.0',
    device_type: 'android',
    ip: '199.172.111.135',
    locale: 'RU',
    device_id: '593-47-5928',
    timestamp: 1694479551,
    'bob@example.com': { phone: 441234, ok: true, none: null, list: ['a', 1] },
  };
  expect(JSON.parse(maskValue(JSON.stringify(event)))).toEqual({
    user_id: '***',
    app_version: '2.3.0',
    device_type: 'android',
    ip: '***',
    locale: 'RU',
    device_id: '***',
    timestamp: 1694479551,
    '***1': { '***1': '***', '***2': true, '***3': null, '***4': ['***', '***'] },
  });
});

it('masks what is no event, and what stands where something harmless should', () => {
  for (const text of ['', '"bob"', '["bob"]', '12', '{"user_id":"bob"', 'bob'])
    expect(maskValue(text)).toBe('***');
  expect(
    maskValue('{"app_version":"bob","locale":"bob smith","device_type":"bob","timestamp":"bob"}'),
  ).not.toContain('bob');
});

it.each([
  ['app_version', '203.0.113.7'],
  ['timestamp', '4915112345678'],
  ['timestamp', 2_125_551_234],
  ['timestamp', 42],
  ['locale', '203.0.113.7'],
])('masks %s %j, which may be of a person', (field, value) => {
  expect(maskValue(JSON.stringify({ [field]: value }))).toBe(`{"${field}":"***"}`);
});

it('shows times in seconds and milliseconds', () => {
  for (const text of ['{"timestamp":1694479551}', '{"timestamp":1694479551000}'])
    expect(maskValue(text)).toBe(text);
});

it('never shows a text of a person, wherever it stands', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.stringMatching(/^secret[a-z]{8}$/), (value, secret) => {
      const hidden = [
        { [secret]: value },
        { user_id: secret, more: [value, { x: secret }] },
        { locale: secret },
      ];
      return hidden.every((one) => !maskValue(JSON.stringify(one)).includes(secret));
    }),
  );
});

it('is not lost in depth', () => {
  const deep = `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
  expect(maskValue(deep)).toContain('***');
});

it('shows the headers of the pipeline, but for texts of errors', () => {
  expect(['dlq.reason', 'kafka_dlt-original-topic', 'dlq.operation-id'].every(isShownHeader)).toBe(true);
  const hidden = [
    'trace',
    'kafka_dlt-exception-message',
    '__connect.errors.exception.message',
    'retry.error',
    'kafka_dlt-exception-stacktrace',
    '__connect.errors.exception.stacktrace',
    'dlq.anything',
  ];
  expect(hidden.some(isShownHeader)).toBe(false);
});
