import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonText } from '../../libs/contracts/src/testing/json-texts.js';
import { VALID, bytes } from '../support/events.js';
import { expectationOf } from './lib/contract.mjs';
import { readJson, sameJson } from './lib/exact-json.mjs';

describe("the oracle's rules", () => {
  it.each<[object, string[]]>([
    [{}, []],
    [
      { user_id: undefined, app_version: null, device_type: '' },
      ['user_id:required', 'app_version:required', 'device_type:required'],
    ],
    [
      { user_id: 1, app_version: 2, device_type: [] },
      ['user_id:type', 'app_version:type', 'device_type:type'],
    ],
    [{ ip: null, locale: null, device_id: null, timestamp: null }, []],
    [
      { ip: 1, locale: 1, device_id: 1, timestamp: '1' },
      ['ip:type', 'locale:type', 'device_id:type', 'timestamp:type'],
    ],
    [{ timestamp: 1.5 }, ['timestamp:type']],
    ...['2', 'v2', '2.3', '10.0.0', '2.0.1-beta', '2.0.0+01'].map((app_version): [object, string[]] => [
      { app_version },
      [],
    ]),
    ...['1.9.9', '2.0.0-beta', '0'].map((app_version): [object, string[]] => [
      { app_version },
      ['app_version:app_version_too_old'],
    ]),
    ...['V2', '02', '2.0.0.0', '2.', ' 2', '2.0.0-01', 'latest'].map((app_version): [object, string[]] => [
      { app_version },
      ['app_version:app_version_invalid'],
    ]),
    ...[
      '8.8.8.8',
      '0.0.0.1',
      '172.32.0.1',
      '::2',
      'fe00::',
      'fec0::',
      '::ffff:8.8.8.8',
      '1:2:3:4:5:6:7::',
    ].map((ip): [object, string[]] => [{ ip }, []]),
    ...[
      '',
      '01.2.3.4',
      '256.1.1.1',
      '1.2.3',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8::',
      'fe80::1%eth0',
      '12345::',
    ].map((ip): [object, string[]] => [{ ip }, ['ip:ip_invalid']]),
    ...[
      '10.0.0.1',
      '172.16.0.0',
      '192.168.1.1',
      '127.9.9.9',
      '169.254.0.1',
      '0.0.0.0',
      '::',
      '::1',
      'fdff::1',
      'febf::',
      '::ffff:10.0.0.1',
      '::ffff:7f00:1',
    ].map((ip): [object, string[]] => [{ ip }, ['ip:ip_not_public']]),
  ])('with %j find %j', (changes, rules) => {
    const { broken, inDoubt } = expectationOf(bytes({ ...VALID, ...changes }));
    expect([...broken]).toEqual(rules);
    expect(inDoubt.size).toBe(0);
  });

  it.each([
    ['1e400', 'timestamp:type'],
    ['1.00000000000000000001', 'timestamp:type'],
    ['1e-400', 'timestamp:type'],
  ])('leave open what becomes of the timestamp %s', (timestamp, rule) => {
    const event = JSON.stringify(VALID).replace(String(VALID.timestamp), timestamp);
    const { broken, inDoubt } = expectationOf(Buffer.from(event));
    expect([broken.size, ...inDoubt]).toEqual([0, rule]);
  });

  it('leave open what becomes of more than 100 levels', () => {
    const nested = (levels: number, changes = {}) => {
      const event = JSON.stringify({ ...VALID, ...changes }).replace(
        '}',
        `,"a":${'['.repeat(levels)}${']'.repeat(levels)}}`,
      );
      return [...expectationOf(Buffer.from(event)).inDoubt];
    };
    expect(nested(99)).toEqual([]);
    expect(nested(100)).toEqual([':too_deep']);
    expect(nested(50_000)).toEqual([':too_deep']);
    expect(nested(50_000, { ip: '' })).toEqual([':too_deep']);
  });

  it.each([null, '', '[]', ' 1', '\ufeff{}', '{', '{"a":01}', '{"a":"\n"}'])(
    'take %j for no event',
    (value) => {
      const expected = expectationOf(value === null ? null : Buffer.from(value));
      expect(expected.malformed || expected.broken.size === 1).toBe(true);
      expect(expected.event).toBeUndefined();
    },
  );
});

describe("the oracle's reader of JSON", () => {
  it('takes what is JSON, and nothing else', () => {
    const nearly = fc.oneof(
      fc.string(),
      fc
        .tuple(jsonText, fc.nat(60), fc.stringMatching(/^["\\{}[\]:,0.e\-\n \0]$/))
        .map(([json, place, inserted]) => {
          return json.slice(0, place) + inserted + json.slice(place + 1);
        }),
    );
    fc.assert(
      fc.property(fc.oneof(jsonText, nearly), (text) => {
        expect(readJson(text) !== undefined).toBe(isJson(text));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads again what it has read, whatever the spelling', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const one = readJson(JSON.stringify(value));
        const other = readJson(JSON.stringify(value, null, 2));
        expect(one && other && sameJson(one.value, other.value)).toBe(true);
      }),
    );
  });

  it('tells apart what differs in one digit, name or item', () => {
    const same = (one: string, other: string) => sameJson(readJson(one)?.value, readJson(other)?.value);
    expect(same('{"a":[1,{"b":"x"}],"c":null}', ' { "c" : null , "\\u0061" : [1,{"b":"\\u0078"}] } ')).toBe(
      true,
    );
    for (const [one, other] of [
      ['1', '1.0'],
      ['[1]', '[1,1]'],
      ['{"a":1}', '{"b":1}'],
      ['{"a":null}', '{}'],
      ['"1"', '1'],
      ['[]', '{}'],
    ] as const)
      expect(same(one, other)).toBe(false);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
