import { compare, parse, type SemVer } from 'semver';
import { DOT, numberAt, passNumber } from '../decimal-bytes.js';
import { remember } from '../remember.js';
import type { BytesCheck } from './rule.js';

type AppVersionProblem = 'app_version_invalid' | 'app_version_too_old';

/** `2`, `2.3` or `2.3.0`, a leading v allowed; then what semver allows: a pre-release, build metadata. */
const SHAPE = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+][\dA-Za-z.+-]*)?$/;

/**
 * The version a text stands for, missing parts taken as 0; null when it is none. The limits are semver's: 256
 * characters, no leading zeros, no number beyond 2^53.
 */
export function parseAppVersion(text: string): SemVer | null {
  const match = SHAPE.exec(text);
  if (!match) return null;
  const [, major = '', minor = '0', patch = '0', suffix = ''] = match;
  return parse(`${major}.${minor}.${patch}${suffix}`);
}

/** Nearly all versions are like this; their numbers can be compared without a semver object. */
const PLAIN = /^v?(0|[1-9]\d{0,8})(?:\.(0|[1-9]\d{0,8}))?(?:\.(0|[1-9]\d{0,8}))?$/;

interface AppVersionCheck {
  readonly check: (text: string) => AppVersionProblem | undefined;
  readonly passes: BytesCheck;
}

/**
 * Tells what is wrong with a version: not one at all, or older than `minimum` by semver precedence (10.0.0 is
 * newer than 2.0.0, 2.0.0-beta older). `passes` knows versions of three numbers alone. Throws a RangeError when
 * `minimum` is no version.
 */
export function appVersionCheck(minimum = '0.0.0-0'): AppVersionCheck {
  const oldest = parseAppVersion(minimum);
  if (!oldest) throw new RangeError('the minimum is not a version');
  const check = (text: string) => {
    const plain = PLAIN.exec(text);
    if (plain) {
      const [, major, minor = '0', patch = '0'] = plain;
      const newer =
        Number(major) - oldest.major || Number(minor) - oldest.minor || Number(patch) - oldest.patch;
      return newer < 0 ? 'app_version_too_old' : undefined;
    }
    const version = parseAppVersion(text);
    if (!version) return 'app_version_invalid';
    return compare(version, oldest) < 0 ? 'app_version_too_old' : undefined;
  };
  const leastParts = [oldest.major, oldest.minor, oldest.patch];
  const passes: BytesCheck = (bytes, start, end) => {
    let at = start;
    let order = 0;
    for (const least of leastParts) {
      if (at > start && bytes[at++] !== DOT) return false;
      const after = passNumber(bytes, at, end);
      if (after === at || after > at + MAX_DIGITS) return false;
      order ||= numberAt(bytes, at, after) - least;
      at = after;
    }
    return at === end && order >= 0;
  };
  // Releases are few.
  return { check: remember(check, LONGEST_REMEMBERED), passes };
}

const LONGEST_REMEMBERED = 32;
/** As in `PLAIN`. */
const MAX_DIGITS = 9;
