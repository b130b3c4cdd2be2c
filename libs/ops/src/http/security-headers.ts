import helmet from 'helmet';

/**
 * Helmet's defaults, except for what would force browsers to HTTPS: these services speak plain HTTP, on loopback
 * or behind whatever ends TLS.
 */
export const securityHeaders = () =>
  helmet({
    strictTransportSecurity: false,
    contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
  });
