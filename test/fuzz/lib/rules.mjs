/** A broken rule; `inDoubt` where its description leaves open whether it is. @typedef {{ rule: string, inDoubt?: boolean }} Problem */

const NUMBER = '(0|[1-9][0-9]*)';
const IDENTIFIER = '(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)';
/** semver.org's own pattern, its second and third number optional, a leading v allowed. */
const VERSION = new RegExp(
  `^v?${NUMBER}(?:\\.${NUMBER}(?:\\.${NUMBER})?)?` +
    `(-${IDENTIFIER}(?:\\.${IDENTIFIER})*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`,
);
/** Semver sets no limits, its implementations do. */
const LONGEST_VERSION = 256;
const LARGEST_NUMBER = BigInt(Number.MAX_SAFE_INTEGER);
const OLDEST_MAJOR = 2n;

/** With the default of MIN_APP_VERSION, 2.0.0. @param {string} text @returns {Problem | undefined} */
export function versionProblem(text) {
  const match = VERSION.exec(text);
  if (!match) return { rule: 'app_version_invalid' };
  const [major = 0n, minor = 0n, patch = 0n] = match.slice(1, 4).map((number) => BigInt(number ?? 0));
  if (text.length > LONGEST_VERSION || [major, minor, patch].some((number) => number > LARGEST_NUMBER)) {
    return { rule: 'app_version_invalid', inDoubt: true };
  }
  const isBefore = major === OLDEST_MAJOR && minor === 0n && patch === 0n && match[4] !== undefined;
  return major < OLDEST_MAJOR || isBefore ? { rule: 'app_version_too_old' } : undefined;
}

/** @param {string} text @returns {Problem | undefined} */
export function ipProblem(text) {
  const v4 = v4Bytes(text);
  if (v4) return isPublicV4(v4) ? undefined : { rule: 'ip_not_public' };
  const v6 = v6Groups(text);
  if (!v6) return { rule: 'ip_invalid' };
  return isPublicV6(v6) ? undefined : { rule: 'ip_not_public' };
}

/** @param {string} text */
function v4Bytes(text) {
  if (!/^(?:(?:0|[1-9]\d{0,2})(?:\.|$)){4}$/.test(text) || text.endsWith('.')) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

/** RFC 4291, 2.2: eight groups; `::` once, for one or more of zeros; the last two may be an IPv4 address. @param {string} text */
function v6Groups(text) {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const last = halves.length === 2 && tail.length > 0 ? tail : head;
  const v4 = last === tail || halves.length === 1 ? v4Bytes(last.at(-1) ?? '') : undefined;
  if (v4) last.splice(-1, 1, hex(v4[0], v4[1]), hex(v4[2], v4[3]));
  const written = head.length + tail.length;
  if (halves.length === 2 ? written > 7 : written !== 8) return undefined;
  const groups = [...head, .../** @type {string[]} */ (Array(8 - written).fill('0')), ...tail];
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return undefined;
  return groups.map((group) => Number.parseInt(group, 16));
}

const hex = (high = 0, low = 0) => ((high << 8) | low).toString(16);

/** RFC 1918, loopback, link-local, unspecified. @param {number[]} bytes */
function isPublicV4([a = 0, b = 0, c = 0, d = 0]) {
  if (a === 10 || a === 127) return false;
  if (a === 172) return b < 16 || b > 31;
  if (a === 192) return b !== 168;
  if (a === 169) return b !== 254;
  return a + b + c + d > 0;
}

/** Unique-local, link-local, loopback, unspecified; a mapped IPv4 address counts as that. @param {number[]} groups */
function isPublicV6(groups) {
  const [first = 0] = groups;
  if ((first & 0xfe00) === 0xfc00 || (first & 0xffc0) === 0xfe80) return false;
  if (!groups.slice(0, 5).every((group) => group === 0)) return true;
  const [fifth, sixth = 0, seventh = 0] = groups.slice(5);
  if (fifth === 0xffff) return isPublicV4([sixth >> 8, sixth & 255, seventh >> 8, seventh & 255]);
  return !(fifth === 0 && sixth === 0 && seventh <= 1);
}

/**
 * Whether a JSON number is whole. Where doubles cannot tell, as in 1e400 or 1.00000000000000000001, it is
 * open: to most readers of JSON a number is a double.
 * @param {string} digits @returns {Problem | undefined}
 */
export function isWhole(digits) {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e(.+))?$/i.exec(digits) ?? [];
  const significant = `${whole}${fraction}`.replace(/0+$/, '');
  const zeros = whole.length + fraction.length - significant.length;
  const exactly = significant === '' || Number(exponent) - fraction.length + zeros >= 0;
  const asDouble = Number.isInteger(Number(digits));
  if (exactly && asDouble) return undefined;
  return { rule: 'type', inDoubt: exactly !== asDouble };
}
