import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

type Next = (error?: unknown) => void;

/** Scripts, styles and requests of this service alone; nothing may frame it or be sent a form from it. */
const STRICT = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'", 'data:'],
  fontSrc: ["'self'"],
  connectSrc: ["'self'"],
  manifestSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

/**
 * A strict content security policy and Helmet's other headers, except for what would force browsers to HTTPS:
 * these services speak plain HTTP, on loopback or behind whatever ends TLS. The page of the API's description
 * brings styles of its own in its HTML.
 */
export function securityHeaders() {
  const withStyles = (styleSrc: string[]) =>
    helmet({
      strictTransportSecurity: false,
      xFrameOptions: { action: 'deny' },
      contentSecurityPolicy: { useDefaults: false, directives: { ...STRICT, styleSrc } },
    });
  const strict = withStyles(STRICT.styleSrc);
  const docs = withStyles(["'self'", "'unsafe-inline'"]);
  return (request: IncomingMessage, response: ServerResponse, next: Next): void => {
    const url = request.url ?? '';
    response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()');
    // What an operator sees is for nobody who uses the browser, or a cache, afterwards.
    if (/^\/admin(?:[/?]|$)/i.test(url)) response.setHeader('Cache-Control', 'no-store');
    (/^\/docs(?:[/?]|$)/i.test(url) ? docs : strict)(request, response, next);
  };
}
