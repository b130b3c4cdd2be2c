import { readTokenFile } from '../auth/token-file.js';
import { parseTokenSetting, type TokenEntry } from '../auth/token-entry.js';
import { LOG_LEVELS } from '../logging/create-logger.js';
import { choice, flag, integer, list, text } from './builders.js';
import type { SettingsCheck } from './load-settings.js';
import { defineSettings, setting, type SettingValues } from './setting.js';

/** No path has a zero byte in it. */
const PATH = /^[^\0]+$/;
const HOST = /^[a-z0-9_.:%-]+$/i;
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
      of: LOG_LEVELS,
      default: 'INFO',
      help: 'Log lines below this level are left out.',
    }),
    environment: text('ENVIRONMENT', {
      pattern: /^[a-z0-9][a-z0-9_. -]{0,31}$/i,
      accepts:
        'up to 32 letters, digits, dots, underscores, hyphens and spaces, beginning with a letter or digit',
      default: 'development',
      help: 'Which environment this is, for those who look at it.',
    }),
    nodeEnv: text('NODE_ENV', {
      default: undefined,
      whenUnset: 'unset; `production` in the image',
      pattern: /^[\w.-]+$/,
      accepts: 'a word',
      help: 'With `production`, ADMIN_AUTH=none is refused unless ADMIN_AUTH_NONE_IN_PRODUCTION says otherwise.',
    }),
    projectName: text('PROJECT_NAME', {
      pattern: /^[a-z0-9][a-z0-9_.-]{0,62}$/i,
      accepts: 'up to 63 letters, digits, dots, underscores and hyphens, beginning with a letter or digit',
      default: 'pipeline',
      help: 'Prefix of container names and Kafka client ids.',
    }),
    httpHost: text('HTTP_HOST', {
      pattern: HOST,
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
    adminHost: text('ADMIN_HOST', {
      pattern: HOST,
      accepts: 'a host name or an IP address',
      default: undefined,
      whenUnset: 'HTTP_HOST',
      help: 'Address that /admin listens on, with ADMIN_PORT.',
    }),
    adminPort: integer('ADMIN_PORT', {
      min: 0,
      max: 65_535,
      default: undefined,
      whenUnset: 'HTTP_PORT',
      help: 'Port of its own for /admin, /console, /docs and /openapi.json, which HTTP_PORT then has not; 0 takes any free one.',
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
      help: '`token` asks for a token on /admin; `none` lets everyone in who reaches the port: for development only.',
    }),
    adminAuthNoneInProduction: flag('ADMIN_AUTH_NONE_IN_PRODUCTION', {
      default: false,
      help: '`true` lets ADMIN_AUTH=none be used with NODE_ENV=production, where it is else refused.',
    }),
    adminTokens: setting<readonly TokenEntry[]>('ADMIN_TOKENS', {
      default: '',
      accepts:
        'a JSON array of names, roles and hashes, as in ADMIN_TOKENS_FILE; `node apps/consumer/dist/make-token.js --name NAME --role ROLE` makes a token and its entry',
      parse: parseTokenSetting,
      secret: true,
      help:
        'Tokens that open /admin, sent as `Authorization: Bearer …`, by their hashes: never they themselves. ' +
        'Without any, /admin stays closed.',
    }),
    adminTokensFile: text('ADMIN_TOKENS_FILE', {
      default: undefined,
      whenUnset: 'none',
      pattern: PATH,
      accepts: 'a path',
      help: 'JSON array of tokens: `[{"name": "anna", "role": "viewer" | "operator" | "admin", "hash": "sha256:…", "expires": "2030-01-01T00:00:00Z"}]`. Read again when it changes.',
    }),
    adminFailureLimit: integer('ADMIN_FAILURE_LIMIT', {
      min: 1,
      max: 1_000_000,
      default: 60,
      help: 'Requests with a wrong token that one address may send in a minute; further ones get 429, whatever token they have. Those without any are counted by themselves.',
    }),
    adminCommandLimit: integer('ADMIN_COMMAND_LIMIT', {
      min: 1,
      max: 1_000_000,
      default: 120,
      help: 'Commands that one token (one address with ADMIN_AUTH=none) may send in a minute; further ones get 429.',
    }),
    adminAllowedHosts: list('ADMIN_ALLOWED_HOSTS', {
      items: 'host names without a port',
      item: (host) => (HOST_NAME.test(host) ? host.toLowerCase() : undefined),
      default: [],
      help: 'Host names, besides localhost and IP addresses, under which /admin may be reached.',
    }),
  });
}

type OpsValues = SettingValues<ReturnType<typeof opsSettings>>;

/**
 * What every service has to check of `opsSettings`.
 *
 * @publicApi
 */
export const OPS_CHECKS: readonly SettingsCheck<OpsValues>[] = [
  {
    about: ['adminAuth', 'nodeEnv', 'adminAuthNoneInProduction'],
    problem: ({ adminAuth, nodeEnv, adminAuthNoneInProduction }) =>
      adminAuth === 'none' && nodeEnv === 'production' && !adminAuthNoneInProduction
        ? 'ADMIN_AUTH must be token where NODE_ENV is production; ADMIN_AUTH_NONE_IN_PRODUCTION=true opens /admin to everyone all the same'
        : undefined,
  },
  {
    about: ['adminTokensFile'],
    problem: ({ adminTokensFile }) => {
      const read = adminTokensFile === undefined ? [] : readTokenFile(adminTokensFile);
      return 'problem' in read ? `ADMIN_TOKENS_FILE must hold tokens: ${read.problem}` : undefined;
    },
  },
];
