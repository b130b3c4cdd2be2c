import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { DOT, numberAt, passNumber } from '../decimal-bytes.js';
import { rememberLast } from '../remember.js';

export type IpProblem = 'ip_invalid' | 'ip_not_public';

/** Where an event may not come from: RFC 1918, loopback, link-local, unspecified. No other range is refused. */
const REFUSED_V4 = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '0.0.0.0/32',
];
/** The same for IPv6, with unique-local for RFC 1918. */
const REFUSED_V6 = ['fc00::/7', '::1/128', 'fe80::/10', '::/128'];

const V4_RANGES = REFUSED_V4.map((range) => ipaddr.IPv4.parseCIDR(range));
const V6_RANGES = REFUSED_V6.map((range) => ipaddr.IPv6.parseCIDR(range));
const V4_MAPPED = ipaddr.IPv6.parseCIDR('::ffff:0:0/96');

/** Every refused IPv4 range lies within one first part, so most addresses need no closer look. */
const SUSPECT_FIRST_PARTS = new Set(REFUSED_V4.map(firstPart));
const SUSPECT_FIRST_NUMBERS = new Set([...SUSPECT_FIRST_PARTS].map(Number));
/** The same for IPv6: every refused range, and the mapped addresses, begin with f, a zero or `::`. */
const HARMLESS_V6 = /^[1-9a-e]/i;

/** An IPv4 address in IPv6, all of it written out. */
const LONGEST_IP = 45;

/**
 * Tells what is wrong with an address. node:net decides what is one (ipaddr.js takes `10.1` and octal parts),
 * ipaddr.js in which range it lies. Zone ids (`fe80::1%eth0`) mean something on one machine only: refused.
 * Several rules ask about the same one in turn.
 */
export const ipProblem = rememberLast(findIpProblem, LONGEST_IP);

function findIpProblem(text: string): IpProblem | undefined {
  if (isIPv4(text)) {
    return SUSPECT_FIRST_PARTS.has(firstPart(text)) ? v4Problem(ipaddr.IPv4.parse(text)) : undefined;
  }
  if (!isIPv6(text) || text.includes('%')) return 'ip_invalid';
  if (HARMLESS_V6.test(text)) return undefined;
  const address = ipaddr.IPv6.parse(text.replace(DOTTED_END, inHexadecimal));
  if (address.match(V4_MAPPED)) return v4Problem(address.toIPv4Address());
  return V6_RANGES.some((range) => address.match(range)) ? 'ip_not_public' : undefined;
}

/**
 * Whether the bytes are an IPv4 address that begins as no refused one does, which nearly all are. Of others it says
 * nothing.
 */
export function isHarmlessV4(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && bytes[at++] !== DOT) return false;
    const after = passNumber(bytes, at, end);
    if (after === at || after > at + 3) return false;
    const value = numberAt(bytes, at, after);
    if (value > 255 || (part === 0 && SUSPECT_FIRST_NUMBERS.has(value))) return false;
    at = after;
  }
  return at === end;
}

function firstPart(address: string): string {
  return address.slice(0, address.indexOf('.'));
}

function v4Problem(address: ipaddr.IPv4): IpProblem | undefined {
  return V4_RANGES.some((range) => address.match(range)) ? 'ip_not_public' : undefined;
}

/** ipaddr.js takes `::0.0.0.1`, which is `::1`, for the mapped `::ffff:0.0.0.1`; not so without dots. */
const DOTTED_END = /[\d.]+\.\d+$/;

function inHexadecimal(dotted: string): string {
  const [, , , , , , high = 0, low = 0] = ipaddr.IPv4.parse(dotted).toIPv4MappedAddress().parts;
  return `${high.toString(16)}:${low.toString(16)}`;
}
