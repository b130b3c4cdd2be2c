import { describe, expect, it } from '@jest/globals';
import { parseBrokers } from './ports.mjs';

const parse = (text: string) => parseBrokers(text, '--brokers');

describe("the brokers' addresses", () => {
  it.each([
    ['host:9092', [{ host: 'host', port: 9092 }]],
    [
      'kafka://one:1, 127.0.0.1:65535,',
      [
        { host: 'one', port: 1 },
        { host: '127.0.0.1', port: 65535 },
      ],
    ],
  ])('are read from %s', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it.each(['[::1]:9092', '::1:9092', 'host', 'host:0', 'host:99999', 'host:9092/x', 'http://host:9092'])(
    'are refused in one line: %s',
    (text) => {
      expect(() => parse(text)).toThrow(
        `--brokers must be host:port, or several with commas, not "${text}"; an IPv6 address needs a name`,
      );
    },
  );

  it('are refused with every wrong one named', () => {
    expect(() => parse('one:0,two:2,three')).toThrow('not "one:0" or "three"');
  });

  it.each(['', ' , '])('are refused when there are none: "%s"', (text) => {
    expect(() => parse(text)).toThrow(`not "${text}"`);
  });
});
