import { isIP } from 'node:net';
import type { IncomingHttpHeaders } from 'node:http';

/**
 * Why a request may come from a foreign web page, or `undefined` when it cannot.
 *
 * A page can send requests to localhost from any browser on this machine. Three headers that it cannot forge
 * give it away: Host, when its own name was made to resolve to this machine (DNS rebinding); Origin, when
 * the request crosses origins; Sec-Fetch-Site, also where Origin is not sent.
 */
export function foreignOrigin(
  headers: IncomingHttpHeaders,
  allowedHosts: readonly string[],
): string | undefined {
  const { host = '', origin } = headers;
  if (!isOwnHost(host, allowedHosts)) {
    return 'This Host is not allowed: use localhost or an IP address, or add the name to ADMIN_ALLOWED_HOSTS';
  }
  if (origin !== undefined && hostOf(origin) !== hostOf(`http://${host}`)) {
    return 'Requests from another origin are not allowed';
  }
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return 'Requests from another site are not allowed';
  }
  return undefined;
}

const HOST = /^(?:\[(?<v6>[0-9a-f:.]+)\]|(?<name>[^:[\]]+))(?::\d{1,5})?$/i;

function isOwnHost(host: string, allowedHosts: readonly string[]): boolean {
  const { v6, name = '' } = HOST.exec(host)?.groups ?? {};
  if (v6 !== undefined) return isIP(v6) === 6;
  const lower = name.toLowerCase();
  return lower === 'localhost' || isIP(lower) === 4 || allowedHosts.includes(lower);
}

/** Host and port of an http(s) origin, without its scheme's default port. */
function hostOf(origin: string): string | undefined {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return undefined;
  return new URL(origin).host;
}
