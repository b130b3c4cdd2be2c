import { isIPv4, isIPv6 } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { compileValidator, decodeJsonObject, loginEventDto } from '@pipeline/contracts';
import { INVALID_KINDS } from './invalid-kinds.js';
import type { LoginEvent } from './login-event.js';
import { LoginGenerator, type GeneratedEvent } from './login-generator.js';

const NOW = new Date('2026-03-04T05:06:07.089Z');
const MANY = 2_000;
const USERS = 10_000;
const validator = compileValidator(loginEventDto({ minAppVersion: '2.0.0' }));

function generate(seed: number, { invalidRatio = 0, count = MANY, now = NOW } = {}): GeneratedEvent[] {
  const generator = new LoginGenerator(seed, invalidRatio);
  return Array.from({ length: count }, () => generator.next(now));
}

/** As the consumer judges. */
function isValid(value: Buffer): boolean {
  const decoded = decodeJsonObject(value);
  return decoded.ok && validator.explain(decoded.document.value).length === 0;
}

const parse = ({ value }: GeneratedEvent) => JSON.parse(value.toString()) as LoginEvent;
const withoutTime = (event: GeneratedEvent) => ({ ...parse(event), timestamp: null });
const shareOf = <T>(items: readonly T[], is: (item: T) => boolean) => items.filter(is).length / items.length;

describe('LoginGenerator', () => {
  it('makes the same events from the same seed, timestamps aside', () => {
    const later = new Date(NOW.getTime() + 3_600_000);
    const [first, second] = [NOW, later].map((now) => generate(42, { count: 500, now }));
    expect(first?.map(withoutTime)).toEqual(second?.map(withoutTime));
    expect(first?.map(({ key }) => String(key))).toEqual(second?.map(({ key }) => String(key)));
  });

  it('spoils the same events from the same seed', () => {
    const values = () => generate(42, { count: 500, invalidRatio: 0.5 }).map(({ value }) => String(value));
    expect(values()).toEqual(values());
  });

  it('makes other events from another seed', () => {
    expect(generate(1, { count: 5 })).not.toEqual(generate(2, { count: 5 }));
  });

  it('gives every event all fields and the time in Unix seconds', () => {
    for (const event of generate(3, { count: 100 }).map(parse)) {
      expect(event).toEqual({
        user_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/),
        app_version: expect.any(String),
        device_type: expect.any(String),
        ip: expect.any(String),
        locale: event.locale === null ? null : expect.any(String),
        device_id: expect.stringMatching(/^\d{3}-\d{2}-\d{4}$/),
        timestamp: Math.floor(NOW.getTime() / 1_000),
      });
    }
  });

  it('makes events that the consumer accepts', () => {
    const refused = generate(4).filter(({ value, valid }) => !valid || !isValid(value));
    expect(refused).toEqual([]);
  });

  it.each([0.05, 0.5, 1])('spoils a share of %d, and says which', (invalidRatio) => {
    const events = generate(5, { invalidRatio });
    expect(shareOf(events, ({ valid }) => !valid)).toBeCloseTo(invalidRatio, 1);
    expect(events.filter(({ value, valid }) => valid !== isValid(value))).toEqual([]);
  });

  it('uses every kind of invalid event', () => {
    const lengths = new Map<string, number>();
    for (const { value } of generate(6, { invalidRatio: 1 })) {
      const kind = shapeOf(value);
      lengths.set(kind, (lengths.get(kind) ?? 0) + 1);
    }
    expect(lengths.size).toBeGreaterThan(10);
  });

  it('keys every event, also an invalid one, by the user it was made for', () => {
    for (const event of generate(7, { invalidRatio: 0, count: 1_000 })) {
      expect(String(event.key)).toBe(parse(event).user_id);
    }
    for (const { key } of generate(7, { invalidRatio: 1, count: 1_000 })) expect(key).toHaveLength(36);
  });

  it('repeats users, many of them', () => {
    const users = new Set(generate(8, { count: USERS }).map(({ key }) => String(key)));
    // As many draws as there are users leave out one in e.
    expect(users.size / USERS).toBeCloseTo(1 - 1 / Math.E, 1);
  });

  it('mixes addresses, versions, devices and locales as they are seen', () => {
    const events = generate(9).map(parse);
    expect(shareOf(events, ({ ip }) => isIPv4(String(ip)))).toBeCloseTo(0.85, 1);
    expect(shareOf(events, ({ ip }) => isIPv6(String(ip)))).toBeCloseTo(0.15, 1);
    expect(shareOf(events, ({ device_type }) => device_type === 'android')).toBeCloseTo(0.5, 1);
    expect(new Set(events.map(({ app_version }) => app_version)).size).toBeGreaterThan(5);
    expect(new Set(events.map(({ locale }) => locale)).size).toBeGreaterThan(5);
    expect(new Set(events.map(({ device_id }) => device_id)).size).toBeGreaterThan(MANY * 0.99);
  });
});

describe('the kinds of invalid events', () => {
  it.each(INVALID_KINDS.map((spoil, index) => [index, spoil] as const))('%d is refused', (_, spoil) => {
    for (const event of generate(10, { count: 50 })) expect(isValid(spoil(parse(event)))).toBe(false);
  });
});

/** What tells kinds apart: the fields with their types, or the bytes of what is no object. */
function shapeOf(value: Buffer): string {
  const decoded = decodeJsonObject(value);
  if (!decoded.ok) return `${decoded.reason} ${decoded.violations.map(({ rule }) => rule).join()}`;
  return validator
    .explain(decoded.document.value)
    .map(({ field, rule }) => `${field} ${rule}`)
    .join();
}
