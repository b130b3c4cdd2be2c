import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';

/** Where a request comes from, as the connection tells it: no header, which anybody may write, is believed. */
export function clientAddress({ socket }: Pick<IncomingMessage, 'socket'>): string {
  const address = socket.remoteAddress ?? 'unknown';
  return address.startsWith('::ffff:') && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

/** Addresses that one machine can have at will count as one: the first 64 bits of IPv6. */
export function budgetKey(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? [] : tail.split(':');
  const filled =
    tail === undefined
      ? groups
      : [...groups, ...Array<string>(8 - groups.length - rest.length).fill('0'), ...rest];
  return filled.slice(0, 4).join(':');
}
