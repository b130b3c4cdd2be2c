import type { IncomingMessage, ServerResponse } from 'node:http';

type Next = () => void;

/**
 * Leaves of a request for a whole address (`GET http://host/path`, as proxies are sent it) the path alone. Express
 * finds its routes for both forms, so that whoever looks at the beginning of `url` would overlook the other one.
 */
export function useOriginForm(request: IncomingMessage, _response: ServerResponse, next: Next): void {
  const { url = '/' } = request;
  if (!url.startsWith('/')) request.url = pathOf(url);
  next();
}

function pathOf(url: string): string {
  const { pathname = '', search = '' } = URL.canParse(url) ? new URL(url) : {};
  return pathname.startsWith('/') ? pathname + search : '/nothing-here';
}
