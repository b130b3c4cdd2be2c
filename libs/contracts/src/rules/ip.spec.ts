import { BlockList } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ipProblem, isHarmlessV4 } from './ip.js';

describe('an address', () => {
  it.each([
    '8.8.8.8',
    '199.172.111.135',
    '1.0.0.0',
    // Next to a refused range.
    '9.255.255.255',
    '11.0.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '192.169.0.0',
    '0.0.0.1',
    'fbff::1',
    'fe00::1',
    'fe7f::1',
    'fec0::1',
    '::2',
    // Special, but in none of the refused ranges: shared, documentation, multicast, broadcast, benchmarking.
    '100.64.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '240.0.0.1',
    '2001:db8::1',
    'ff02::1',
    '2002:a00:1::',
    '64:ff9b::10.0.0.1',
    // IPv4 in the last 32 bits, but not mapped.
    '::10.0.0.1',
    '::127.0.0.1',
    '::ffff:0:10.0.0.1',
    // Mapped.
    '::ffff:8.8.8.8',
    '::FFFF:808:808',
    '0:0:0:0:0:ffff:8.8.8.8',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1:2:3:4:5:6:8.8.8.8',
  ])('may be %s', (text) => {
    expect(ipProblem(text)).toBeUndefined();
  });

  it.each([
    ['10.0.0.0', '10.255.255.255', '::ffff:10.0.0.1', '::ffff:a00:1'],
    ['172.16.0.0', '172.31.255.255', '::ffff:172.16.0.1'],
    ['192.168.0.0', '192.168.255.255', '::FFFF:192.168.0.1'],
    ['127.0.0.0', '127.255.255.255', '::ffff:127.0.0.1', '::ffff:7f00:1', '0:0:0:0:0:FFFF:7F00:0001'],
    ['169.254.0.0', '169.254.255.255', '::ffff:a9fe:1'],
    ['0.0.0.0', '::ffff:0.0.0.0', '::ffff:0:0'],
    ['::1', '0:0:0:0:0:0:0:1', '0000:0000:0000:0000:0000:0000:0000:0001', '::0.0.0.1', '0::1'],
    ['::', '0:0:0:0:0:0:0:0', '0::0', '::0.0.0.0'],
    ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'FD00::1', 'fc00::8.8.8.8'],
    ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'FE80::1'],
  ])('must not be in the range of %s', (...texts) => {
    for (const text of texts) expect([text, ipProblem(text)]).toEqual([text, 'ip_not_public']);
  });

  it.each([
    '',
    ' ',
    'localhost',
    '10.1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.04',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '1.2.3.4 ',
    ' 1.2.3.4',
    '1.2.3.4\n',
    '1.2.3.4/32',
    '1.2.3.4:80',
    '1..3.4',
    '-1.2.3.4',
    '１.2.3.4',
    '::ffff:1.2.3',
    '::ffff:010.0.0.1',
    '::ffff:1.2.3.4.5',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::1',
    '[::1]',
    '::1/128',
    'fe80::1%eth0',
    '2001:db8::1%1',
  ])('cannot be %j', (text) => {
    expect(ipProblem(text)).toBe('ip_invalid');
  });
});

it('a text of 5,000 characters is no address', () => {
  for (const text of ['1'.repeat(5_000), ':'.repeat(5_000), '1.'.repeat(2_500)]) {
    expect(ipProblem(text)).toBe('ip_invalid');
  }
});

describe('an address of any spelling', () => {
  const refused = new BlockList();
  refused.addSubnet('10.0.0.0', 8);
  refused.addSubnet('172.16.0.0', 12);
  refused.addSubnet('192.168.0.0', 16);
  refused.addSubnet('127.0.0.0', 8);
  refused.addSubnet('169.254.0.0', 16);
  refused.addAddress('0.0.0.0');
  refused.addAddress('::1', 'ipv6');
  refused.addAddress('::', 'ipv6');
  refused.addSubnet('fc00::', 7, 'ipv6');
  refused.addSubnet('fe80::', 10, 'ipv6');

  const octet = fc.oneof(
    fc.nat(255),
    fc.constantFrom(0, 1, 10, 15, 16, 31, 32, 127, 168, 169, 172, 192, 254),
  );
  const v4 = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
  const group = fc.oneof(
    fc.constantFrom(
      '0',
      '0',
      '0000',
      '1',
      'ffff',
      'FFFF',
      'fc00',
      'fdff',
      'fe80',
      'febf',
      'fec0',
      '7f00',
      '0a00',
    ),
    fc.nat(0xffff).map((number) => number.toString(16)),
  );
  const groups = (length: number) =>
    fc.array(group, { minLength: length, maxLength: length }).map((g) => g.join(':'));
  const v6 = fc.oneof(
    groups(8),
    fc.tuple(groups(6), v4).map((parts) => parts.join(':')),
    v4.map((address) => `::ffff:${address}`),
    v4.map((address) => `::${address}`),
    groups(2).map((end) => `::ffff:${end}`),
    fc
      .nat(6)
      .chain((before) => fc.tuple(groups(before), groups(6 - before)).map((parts) => parts.join('::'))),
    fc.ipV6(),
  );

  it('is refused where a block list of the ranges refuses it', () => {
    const bothFamilies = fc.oneof(
      v4.map((text) => ({ text, family: 'ipv4' as const })),
      v6.map((text) => ({ text, family: 'ipv6' as const })),
    );
    fc.assert(
      fc.property(
        bothFamilies,
        ({ text, family }) => ipProblem(text) === (refused.check(text, family) ? 'ip_not_public' : undefined),
      ),
      { numRuns: 10_000 },
    );
  });

  it('has an answer and never throws, also with characters changed', () => {
    const edit = fc.tuple(
      fc.nat(40),
      fc.nat(2),
      fc.constantFrom('', '.', ':', '::', '0', '%1', 'f', 'g', ' ', '1.2'),
    );
    fc.assert(
      fc.property(fc.oneof(v4, v6), edit, (text, [at, length, inserted]) => {
        const edited = text.slice(0, at) + inserted + text.slice(at + length);
        return [undefined, 'ip_invalid', 'ip_not_public'].includes(ipProblem(edited));
      }),
      { numRuns: 10_000 },
    );
  });

  it('is found harmless in bytes as well, where it is IPv4 and its first part says so', () => {
    const suspect = new Set(['0', '10', '127', '169', '172', '192']);
    fc.assert(
      fc.property(v4, (text) => {
        const bytes = Buffer.from(`1${text}1`);
        return isHarmlessV4(bytes, 1, bytes.length - 1) === !suspect.has(text.split('.')[0] ?? '');
      }),
      { numRuns: 5_000 },
    );
  });

  it('is never found harmless in bytes where its text is not', () => {
    const address = fc.oneof(v4, fc.stringMatching(/^[0-9.]{0,16}$/), fc.ipV6());
    fc.assert(
      fc.property(address, fc.nat(16), fc.constantFrom('', '.', '0', '9', ' '), (text, at, inserted) => {
        const edited = text.slice(0, at) + inserted + text.slice(at + 1);
        const bytes = Buffer.from(`1${edited}1`);
        return !isHarmlessV4(bytes, 1, bytes.length - 1) || ipProblem(edited) === undefined;
      }),
      { numRuns: 10_000 },
    );
  });
});
