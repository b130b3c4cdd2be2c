import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compare } from 'semver';
import { appVersionCheck, parseAppVersion } from './app-version.js';

const { check: problemOf } = appVersionCheck('2.0.0');

describe('a version', () => {
  it.each([
    ['2', '2.0.0'],
    ['2.3', '2.3.0'],
    ['2.3.0', '2.3.0'],
    ['v2', '2.0.0'],
    ['v2.3.4', '2.3.4'],
    ['0', '0.0.0'],
    ['2-beta', '2.0.0-beta'],
    ['2.3-rc.1', '2.3.0-rc.1'],
    ['2.0.0-beta.11', '2.0.0-beta.11'],
    ['2.0.0--', '2.0.0--'],
    ['2.3.0+build.7', '2.3.0'],
    ['9007199254740991.0.0', '9007199254740991.0.0'],
  ])('%s means %s', (text, version) => {
    expect(parseAppVersion(text)?.version).toBe(version);
  });

  it.each([
    '',
    'v',
    '.',
    '2.',
    '.2',
    '2..3',
    '2.3.',
    '2.3.0.1',
    '02.3.0',
    '2.03',
    '-2',
    '+2',
    '2,3',
    '2.x',
    'latest',
    'V2.3.0',
    'vv2',
    'v 2',
    '=2.0.0',
    '^2.0.0',
    ' 2.3.0',
    '2.3.0 ',
    '2.3.0\n',
    '2.3.0-beta ',
    '2.0.0-',
    '2.0.0+',
    '2.0.0-a..b',
    '2.0.0-01',
    '2.0.0+a+b',
    '2.0.0-béta',
    '２.0.0',
    '1e3',
    '0x2',
    '9007199254740992.0.0',
    '99999999999999999999.0.0',
    '2.0.0\u0000',
  ])('is not %j', (text) => {
    expect(parseAppVersion(text)).toBeNull();
    expect(problemOf(text)).toBe('app_version_invalid');
  });
});

it('a text of 5,000 characters is no version', () => {
  for (const text of ['2'.repeat(5_000), '2.'.repeat(2_500), `2.0.0-${'a'.repeat(4_994)}`]) {
    expect(problemOf(text)).toBe('app_version_invalid');
  }
});

describe('the lowest version', () => {
  it.each(['2.0.0', '2', 'v2.0', '2.0.1', '2.1', '10.0.0', '10', '2.0.0+old', '2.0.1-beta', '999999999.0.0'])(
    '2.0.0 lets %s through',
    (text) => {
      expect(problemOf(text)).toBeUndefined();
    },
  );

  it.each([
    '1.99.99',
    '1',
    'v1',
    '0.0.0',
    '2.0.0-beta',
    '2-0',
    '2.0.0-rc.1+build',
    '1.999999999.0',
    '1.9999999999.0',
  ])('2.0.0 finds %s too old', (text) => {
    expect(problemOf(text)).toBe('app_version_too_old');
  });

  it('may be a pre-release, which its release and later pre-releases are newer than', () => {
    const { check: fromBeta } = appVersionCheck('2.0.0-beta.2');
    expect(
      ['2.0.0', '2.0.0-beta.2', '2.0.0-beta.11', '2.0.0-rc', '2.0.0-beta.1', '2.0.0-alpha'].map(fromBeta),
    ).toEqual([undefined, undefined, undefined, undefined, 'app_version_too_old', 'app_version_too_old']);
  });

  it('may be left out: every version will do', () => {
    expect(appVersionCheck().check('0.0.0-0')).toBeUndefined();
    expect(appVersionCheck().check('x')).toBe('app_version_invalid');
  });

  it.each(['', 'two', '2..0'])('cannot be %j', (minimum) => {
    expect(() => appVersionCheck(minimum)).toThrow(RangeError);
  });

  it('is compared by semver precedence, however the versions are spelled', () => {
    const version = fc.stringMatching(
      /^v?([0-3]|1\d{0,9})(\.([0-3]|1\d{0,9})){0,3}(-(0|a|rc)(\.[0-2])?)?(\+b)?$/,
    );
    fc.assert(
      fc.property(version, fc.stringMatching(/^[0-3]\.[0-2]\.[0-2](-(a|rc)\.[0-2])?$/), (text, minimum) => {
        const [parsed, oldest] = [parseAppVersion(text), parseAppVersion(minimum)];
        if (!oldest) throw new Error('not a minimum');
        const tooOld = parsed && compare(parsed, oldest) < 0 ? 'app_version_too_old' : undefined;
        return appVersionCheck(minimum).check(text) === (parsed ? tooOld : 'app_version_invalid');
      }),
      { numRuns: 10_000 },
    );
  });

  it('is found in bytes, too, where it is three numbers', () => {
    const plain = fc.stringMatching(/^([0-3]|1\d{0,7})(\.([0-3]|1\d{0,7})){2}$/);
    const minimum = fc.stringMatching(/^[0-3]\.[0-2]\.[0-2](-(a|rc)\.[0-2])?$/);
    fc.assert(
      fc.property(plain, minimum, (text, oldest) => {
        const { check, passes } = appVersionCheck(oldest);
        return passes(Buffer.from(`"${text}"`), 1, text.length + 1) === (check(text) === undefined);
      }),
      { numRuns: 5_000 },
    );
  });

  it('is never found in bytes against the check of its text', () => {
    const { check, passes } = appVersionCheck('2.0.1');
    const version = fc.stringMatching(/^v?[0-9.]{0,9}(-a)?$/);
    fc.assert(
      fc.property(version, (text) => {
        const bytes = Buffer.from(`1${text}1`);
        return !passes(bytes, 1, bytes.length - 1) || check(text) === undefined;
      }),
      { numRuns: 10_000 },
    );
  });
});
