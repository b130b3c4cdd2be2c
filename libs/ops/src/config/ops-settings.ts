import { choice, integer, list, text } from './builders.js';
import { defineSettings } from './setting.js';

/** Visible ASCII without the comma that separates tokens. */
const ADMIN_TOKEN = /^[\x21-\x2b\x2d-\x7e]{16,}$/;
const HOST_NAME = /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i;

/**
 * The settings by which every service is operated.
 *
 * @param defaults.httpPort the service's own port
 *
 * @publicApi
 */
export function opsSettings(defaults: { httpPort: number }) {
  return defineSettings({
    level: choice('LEVEL', {
      of: ['DEBUG', 'INFO', 'WARN', 'ERROR'],
      default: 'INFO',
      help: 'Log lines below this level are left out.',
    }),
    projectName: text('PROJECT_NAME', {
      pattern: /^[a-z0-9][a-z0-9_.-]{0,62}$/i,
      accepts: 'up to 63 letters, digits, dots, underscores and hyphens, beginning with a letter or digit',
      default: 'pipeline',
      help: 'Prefix of container names and Kafka client ids.',
    }),
    httpHost: text('HTTP_HOST', {
      pattern: /^[a-z0-9_.:%-]+$/i,
      accepts: 'a host name or an IP address',
      default: '127.0.0.1',
      help: 'Address that health, metrics and admin listen on; `0.0.0.0` listens on every interface.',
    }),
    httpPort: integer('HTTP_PORT', {
      min: 0,
      max: 65_535,
      default: defaults.httpPort,
      help: 'Port of health, metrics and admin; 0 takes any free one.',
    }),
    shutdownTimeout: integer('SHUTDOWN_TIMEOUT', {
      min: 1,
      max: 600_000,
      unit: 'ms',
      default: 10_000,
      help: 'How long a shutdown may take before the process ends with exit code 1.',
    }),
    adminAuth: choice('ADMIN_AUTH', {
      of: ['token', 'none'],
      default: 'token',
      help: '`token` asks for one of ADMIN_TOKENS on /admin; `none` lets everyone in who reaches the port: for development only.',
    }),
    adminTokens: list('ADMIN_TOKENS', {
      items: 'tokens of at least 16 visible ASCII characters each',
      item: (token) => (ADMIN_TOKEN.test(token) ? token : undefined),
      default: [],
      secret: true,
      help: 'Tokens that open /admin, sent as `Authorization: Bearer …`. Without any, /admin stays closed.',
    }),
    adminAllowedHosts: list('ADMIN_ALLOWED_HOSTS', {
      items: 'host names without a port',
      item: (host) => (HOST_NAME.test(host) ? host.toLowerCase() : undefined),
      default: [],
      help: 'Host names, besides localhost and IP addresses, under which /admin may be reached.',
    }),
  });
}
