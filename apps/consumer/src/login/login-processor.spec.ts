import { describe, expect, it } from '@jest/globals';
import { LoginProcessor } from './login-processor.js';
import { ExactJson, type StepFields } from './steps/login-step.js';

const NOW = '2026-03-04T05:06:07.089Z';
const EVENT = {
  user_id: '424cdd21-063a-43a7-b91b-7ca1a833afae',
  app_version: '2.3.0',
  device_type: 'android',
  ip: '199.172.111.135',
  locale: 'RU',
  device_id: '593-47-5928',
  timestamp: 1694479551,
};

const processor = new LoginProcessor({ minAppVersion: '2.0.0' });
const processText = (text: string) => processor.process({ value: Buffer.from(text) }, NOW);
const process = (event: unknown) => processText(JSON.stringify(event));

/** The output as text; fails for a refused event. */
function outputOf(text: string): string {
  const outcome = processText(text);
  if (outcome.kind !== 'processed') throw new Error(`refused: ${JSON.stringify(outcome)}`);
  return outcome.value.toString();
}

/** The broken rules, as `field rule`. */
function brokenBy(event: unknown): string[] {
  const outcome = process(event);
  return outcome.kind === 'rejected' ? outcome.violations.map(({ field, rule }) => `${field} ${rule}`) : [];
}

describe('a valid event', () => {
  it('is written again with its locale in lower case and the time of processing', () => {
    const processed_at = '2026-03-04T05:06:07.089Z';
    expect(JSON.parse(outputOf(JSON.stringify(EVENT)))).toEqual({ ...EVENT, locale: 'ru', processed_at });
  });

  it.each(['processed_at', 'processed\\u005fat'])('has the time of others replaced (%s)', (name) => {
    const text = `{"${name}":"never",${JSON.stringify(EVENT).slice(1)}`;
    const output = outputOf(text);
    expect(output).not.toContain('never');
    expect(JSON.parse(output)).toHaveProperty('processed_at', NOW);
  });

  it('keeps a missing locale missing and an absent one null', () => {
    const { locale, ...others } = EVENT;
    expect(locale).toBe('RU');
    expect(JSON.parse(outputOf(JSON.stringify(others)))).not.toHaveProperty('locale');
    expect(JSON.parse(outputOf(JSON.stringify({ ...EVENT, locale: null })))).toHaveProperty('locale', null);
  });

  it('keeps further fields, and the digits of numbers that no double holds', () => {
    const further = '"id":9007199254740993,"ratio":1.10,"nested":{"of":[18446744073709551615]}';
    expect(outputOf(`{${further},${JSON.stringify(EVENT).slice(1)}`)).toContain(further);
  });
});

it('comes out the same whether it is parsed or not', async () => {
  const value = Buffer.from(JSON.stringify(EVENT));
  const parsed = await processor.processWith({ value }, () => Promise.resolve({}));
  const rewritten = processor.process({ value }, NOW);
  if (parsed.kind !== 'processed' || rewritten.kind !== 'processed') throw new Error('refused');
  // Bytes are made of it where nothing was parsed.
  expect([typeof parsed.value, Buffer.isBuffer(rewritten.value)]).toEqual(['string', true]);
  expect(String(rewritten.value).replace(NOW, '')).toBe(
    String(parsed.value).replace(/(?<="processed_at":")[^"]*/, ''),
  );
});

describe('an event that breaks rules', () => {
  it.each<[what: string, change: object, broken: string[]]>([
    ['no user', { user_id: undefined }, ['user_id required']],
    ['an empty user', { user_id: '' }, ['user_id required']],
    ['a number for a user', { user_id: 7 }, ['user_id type']],
    ['no device', { device_type: null }, ['device_type required']],
    ['no version', { app_version: null }, ['app_version required']],
    ['a version that is none', { app_version: 'two' }, ['app_version app_version_invalid']],
    ['an old version', { app_version: '1.9.9' }, ['app_version app_version_too_old']],
    ['an address that is none', { ip: '01.2.3.4' }, ['ip ip_invalid']],
    ['a private address', { ip: '10.1.2.3' }, ['ip ip_not_public']],
    ['a private address in IPv6', { ip: '::ffff:192.168.0.1' }, ['ip ip_not_public']],
    ['a number for a locale', { locale: 1 }, ['locale type']],
    ['a list for a device', { device_id: [] }, ['device_id type']],
    ['a time in words', { timestamp: 'now' }, ['timestamp type']],
    [
      'several',
      { user_id: '', ip: '::1', timestamp: 1.5 },
      ['user_id required', 'ip ip_not_public', 'timestamp type'],
    ],
  ])('is refused for %s, every broken rule named', (_, change, broken) => {
    const outcome = process({ ...EVENT, ...change });
    expect(outcome).toMatchObject({ kind: 'rejected', reason: 'VALIDATION_FAILED' });
    expect(brokenBy({ ...EVENT, ...change }).sort()).toEqual(broken.sort());
  });

  it('is measured by the policy', () => {
    const strict = new LoginProcessor({ minAppVersion: '2.3.1' });
    expect(strict.process({ value: Buffer.from(JSON.stringify(EVENT)) }, NOW).kind).toBe('rejected');
    expect(brokenBy({ ...EVENT, app_version: '10.0.0' })).toEqual([]);
  });
});

describe('a value that is no event', () => {
  it.each(['{', 'not json', '{"a":1}x'])('is malformed: %j', (text) => {
    expect(processText(text)).toMatchObject({ kind: 'rejected', reason: 'MALFORMED_JSON' });
  });

  it('is malformed when it is not UTF-8', () => {
    const outcome = processor.process({ value: Buffer.from([0x7b, 0xff, 0x7d]) }, NOW);
    expect(outcome).toMatchObject({ kind: 'rejected', reason: 'MALFORMED_JSON' });
  });

  it.each(['[]', '1', 'null', '"text"'])('fails validation when it is another JSON value: %s', (text) => {
    expect(processText(text)).toMatchObject({ kind: 'rejected', reason: 'VALIDATION_FAILED' });
  });

  it.each([
    ['a tombstone', null],
    ['an empty value', Buffer.alloc(0)],
  ])('%s lacks what is required', (_, value) => {
    expect(processor.process({ value }, NOW)).toMatchObject({
      kind: 'rejected',
      reason: 'VALIDATION_FAILED',
      violations: [{ rule: 'required' }],
    });
  });
});

describe('nesting', () => {
  const nested = (levels: number) =>
    `{"deep":${'['.repeat(levels)}${']'.repeat(levels)},${JSON.stringify(EVENT).slice(1)}`;

  it('is carried through at 100 levels', () => {
    expect(outputOf(nested(99))).toContain('['.repeat(99));
  });

  it('is refused, not thrown at, where it cannot be written out again', () => {
    expect(processText(nested(400_000))).toMatchObject({
      kind: 'rejected',
      violations: [{ field: '', rule: 'too_deep' }],
    });
  });

  it('is named beside the other rules that an event breaks', () => {
    const nameless = { ...EVENT, user_id: undefined };
    const text = `{"deep":${'['.repeat(400_000)}${']'.repeat(400_000)},${JSON.stringify(nameless).slice(1)}`;
    expect(processText(text)).toMatchObject({
      violations: [
        { field: 'user_id', rule: 'required' },
        { field: '', rule: 'too_deep' },
      ],
    });
  });
});

describe('fields of steps', () => {
  const withFields = (event: object, fields: StepFields) =>
    processor.processWith({ value: Buffer.from(JSON.stringify(event)) }, () => Promise.resolve(fields));

  it('are set in place of those that came, and left out where they are undefined', async () => {
    const outcome = await withFields(
      { risk: 9, forged: true, ...EVENT },
      { risk: 1, forged: undefined, added: [1] },
    );
    if (outcome.kind !== 'processed') throw new Error('refused');
    const { processed_at: processedAt, ...output } = JSON.parse(String(outcome.value)) as Record<
      string,
      unknown
    >;
    expect(output).toEqual({ ...EVENT, locale: 'ru', risk: 1, added: [1] });
    expect(Date.parse(String(processedAt))).not.toBeNaN();
  });

  it('keep the digits of exact JSON, beside those of the event', async () => {
    const text = `{"id":9007199254740993,"enrichment":"forged",${JSON.stringify(EVENT).slice(1)}`;
    const exact = new ExactJson('{"serial":18446744073709551615,"$&":"$1"}');
    const outcome = await processor.processWith({ value: Buffer.from(text) }, () =>
      Promise.resolve({ enrichment: exact }),
    );
    const output = outcome.kind === 'processed' ? String(outcome.value) : '';
    expect(output).toContain('"id":9007199254740993');
    expect(output).toContain('"enrichment":{"serial":18446744073709551615,"$&":"$1"}}');
    expect(output).not.toContain('forged');
    expect(JSON.parse(output)).toHaveProperty('processed_at');
  });

  it('are asked for with the event as it came, and never for one that is refused', async () => {
    const seen: unknown[] = [];
    const look = (event: object) => (seen.push({ ...event }), Promise.resolve({}));
    await processor.processWith({ value: Buffer.from(JSON.stringify(EVENT)) }, look);
    for (const text of ['{', '[]', JSON.stringify({ ...EVENT, ip: '10.0.0.1' })]) {
      const outcome = await processor.processWith({ value: Buffer.from(text) }, look);
      expect(outcome.kind).toBe('rejected');
    }
    expect(seen).toEqual([EVENT]);
  });
});
