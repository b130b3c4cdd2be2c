import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bytes, VALID } from '../support/events.js';
import {
  collect,
  eventually,
  isReady,
  startService,
  produce,
  uniqueTopics,
  type Service,
} from '../support/pipeline.js';

/** Every row: a value, and the rule codes it breaks (none: it is processed). */
const ROWS: readonly [name: string, value: Buffer | null, rules: readonly string[] | 'MALFORMED_JSON'][] = [
  ['a good event', bytes(VALID), []],
  ['version 10 is newer than 2', bytes({ ...VALID, app_version: '10.0.0' }), []],
  ['a short version', bytes({ ...VALID, app_version: 'v2' }), []],
  ['null in optional fields', bytes({ ...VALID, ip: null, locale: null }), []],
  ['a mapped public address', bytes({ ...VALID, ip: '::ffff:8.8.8.8' }), []],
  ['a 64-bit id', Buffer.from(`{"id":9223372036854775807,${JSON.stringify(VALID).slice(1)}`), []],
  ['a __proto__ field', Buffer.from(`{"__proto__":{"user_id":1},${JSON.stringify(VALID).slice(1)}`), []],
  ['100 levels', bytes({ ...VALID, deep: JSON.parse('['.repeat(100) + ']'.repeat(100)) as unknown }), []],
  ['a name twice', Buffer.from(`{"ip":"10.0.0.1",${JSON.stringify(VALID).slice(1)}`), []],
  ['900 KB', bytes({ ...VALID, text: 'x'.repeat(900_000) }), []],
  ['no user', bytes({ ...VALID, user_id: undefined }), ['required']],
  ['an empty user', bytes({ ...VALID, user_id: '' }), ['required']],
  ['a number as user', bytes({ ...VALID, user_id: 1 }), ['type']],
  ['no version at all', bytes({ ...VALID, app_version: 'x' }), ['app_version_invalid']],
  ['an old pre-release', bytes({ ...VALID, app_version: '2.0.0-beta' }), ['app_version_too_old']],
  ['a leading zero', bytes({ ...VALID, ip: '01.2.3.4' }), ['ip_invalid']],
  ['a private address', bytes({ ...VALID, ip: '192.168.1.1' }), ['ip_not_public']],
  ['a mapped loopback address', bytes({ ...VALID, ip: '::ffff:127.0.0.1' }), ['ip_not_public']],
  ['a fraction as time', bytes({ ...VALID, timestamp: 1.5 }), ['type']],
  [
    'two rules at once',
    bytes({ ...VALID, app_version: '1.0.0', ip: '::1' }),
    ['app_version_too_old', 'ip_not_public'],
  ],
  ['a tombstone', null, ['required']],
  ['an empty value', Buffer.alloc(0), ['required']],
  ['an array', Buffer.from('[]'), ['type']],
  [
    '50,000 levels',
    Buffer.from(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)},${JSON.stringify(VALID).slice(1)}`),
    ['too_deep'],
  ],
  ['no JSON', Buffer.from('{'), 'MALFORMED_JSON'],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'MALFORMED_JSON'],
];

const keyOf = (name: string): Buffer => Buffer.from([0xff, ...Buffer.from(name)]);

/** Many headers of one record. No more of them: the stock client that reads here takes quadratic time over them. */
const FLOOD = Object.fromEntries(
  Array.from({ length: 1_000 }, (_, index) => [`h${String(index)}`, 'x'.repeat(250)]),
);

describe('the pipeline on a real Kafka', () => {
  const topics = uniqueTopics(1);
  let consumer: Service;
  let reader: Awaited<ReturnType<typeof collect>>;

  beforeAll(async () => {
    consumer = await startService('consumer', topics);
    await eventually('the consumer is ready', () => isReady(consumer));
    const headers = { trace: 'abc', 'dlq.reason': 'FORGED' };
    const messages = ROWS.map(([name, value]) => ({ key: keyOf(name), value, headers }));
    // One by one: together they are larger than a request may be.
    for (const message of messages) await produce(topics.input, [message]);
    await produce(topics.input, [{ key: 'flood', value: bytes(VALID), headers: FLOOD }]);
    reader = await collect([topics.output, topics.dlq]);
    await eventually('every event has come out', () => outputs().length + deadLetters().length > ROWS.length);
  });

  afterAll(async () => {
    await reader.stop();
    await consumer.stop();
  });

  const outputs = () => reader.records.get(topics.output) ?? [];
  const deadLetters = () => reader.records.get(topics.dlq) ?? [];
  const find = (records: ReturnType<typeof outputs>, name: string) =>
    records.filter(({ key }) => key?.equals(keyOf(name)));

  it.each(ROWS)('puts %s where it belongs, once', (name, value, rules) => {
    const [written, refused] = [find(outputs(), name), find(deadLetters(), name)];
    if (rules.length === 0) {
      expect([written.length, refused.length]).toEqual([1, 0]);
      expect(written[0]?.headers).toEqual({ trace: Buffer.from('abc') });
      return;
    }
    expect([written.length, refused.length]).toEqual([0, 1]);
    const headers = refused[0]?.headers ?? {};
    expect(refused[0]?.value).toEqual(value);
    expect(String(headers['dlq.reason'])).toBe(rules === 'MALFORMED_JSON' ? rules : 'VALIDATION_FAILED');
    const violations = JSON.parse(String(headers['dlq.violations'])) as { rule: string }[];
    expect(violations.map(({ rule }) => rule).sort()).toEqual(
      rules === 'MALFORMED_JSON' ? [] : [...rules].sort(),
    );
    expect(String(headers['kafka_dlt-original-topic'])).toBe(topics.input);
    expect(headers['kafka_dlt-original-partition']).toEqual(Buffer.alloc(4));
    expect(headers['kafka_dlt-original-offset']).toHaveLength(8);
    expect(String(headers['__connect.errors.topic'])).toBe(topics.input);
  });

  it('carries a flood of headers over', () => {
    const [written] = outputs().filter(({ key }) => String(key) === 'flood');
    expect(Object.keys(written?.headers ?? {})).toHaveLength(1_000);
  });

  it('normalises: locale in lower case, digits of numbers kept, processed_at added', () => {
    const text = String(find(outputs(), 'a 64-bit id')[0]?.value);
    expect(text).toContain('"id":9223372036854775807');
    const event = JSON.parse(text) as Record<string, unknown>;
    expect(event['locale']).toBe('ru');
    expect(event['processed_at']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('counts what it did, after the commit', async () => {
    const text = await (await fetch(`${consumer.url}/metrics`)).text();
    const good = ROWS.filter(([, , rules]) => rules.length === 0).length;
    expect(text).toContain(`kafka_messages_processed_total{result="success"} ${String(good + 1)}`);
    expect(text).toContain(`kafka_messages_processed_total{result="dlq"} ${String(ROWS.length - good)}`);
  });

  it('pauses and resumes: takes nothing meanwhile, reports lag, stays ready', async () => {
    const post = (path: string) => fetch(`${consumer.url}/admin/${path}`, { method: 'POST' });
    expect((await post('pause')).status).toBe(200);
    expect((await post('pause')).status).toBe(200);
    const before = outputs().length;
    await produce(topics.input, [{ key: 'late', value: bytes(VALID) }]);
    await eventually('lag is reported', async () =>
      /pipeline_consumer_lag_messages\{[^}]*\} 1\n/.test(
        await (await fetch(`${consumer.url}/metrics`)).text(),
      ),
    );
    expect(outputs()).toHaveLength(before);
    expect(await isReady(consumer)).toBe(true);
    expect((await post('resume')).status).toBe(200);
    await eventually('the event comes out', () => outputs().length === before + 1);
  });

  it('leaves with 0 on SIGTERM', async () => {
    expect(await consumer.stop()).toBe(0);
  });
});
