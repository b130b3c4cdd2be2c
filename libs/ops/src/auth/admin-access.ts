import type { TokenEntry } from './token-entry.js';

/**
 * Who may command the service.
 *
 * @publicApi
 */
export interface AdminAccess {
  /** `none` lets in everyone who reaches the port; for development. */
  readonly auth: 'token' | 'none';
  readonly tokens: readonly TokenEntry[];
  /** Path of a JSON file with further tokens, read again when it changes. */
  readonly tokensFile?: string | undefined;
  /** Lower-case host names, besides localhost and IP addresses, under which the service may be reached. */
  readonly allowedHosts: readonly string[];
  /** Which environment this is, for people. @default development */
  readonly environment?: string;
  /** Requests with no token, and as many with a wrong one, that one address may send in a minute. @default 60 */
  readonly failureLimit?: number;
  /** Commands that one actor may send in a minute. @default 120 */
  readonly commandLimit?: number;
}

export const ADMIN_ACCESS = Symbol('ADMIN_ACCESS');

/** Settings as `opsSettings` has them. */
interface AdminValues {
  readonly adminAuth: AdminAccess['auth'];
  readonly adminTokens: readonly TokenEntry[];
  readonly adminTokensFile: string | undefined;
  readonly adminAllowedHosts: readonly string[];
  readonly environment: string;
  readonly adminFailureLimit: number;
  readonly adminCommandLimit: number;
}

/**
 * What AuthModule needs of the settings.
 *
 * @publicApi
 */
export const adminAccess = (values: AdminValues): AdminAccess => ({
  auth: values.adminAuth,
  tokens: values.adminTokens,
  tokensFile: values.adminTokensFile,
  allowedHosts: values.adminAllowedHosts,
  environment: values.environment,
  failureLimit: values.adminFailureLimit,
  commandLimit: values.adminCommandLimit,
});
