/**
 * Who may command the service.
 *
 * @publicApi
 */
export interface AdminAccess {
  /** `none` lets in everyone who reaches the port; for development. */
  readonly auth: 'token' | 'none';
  readonly tokens: readonly string[];
  /** Lower-case host names, besides localhost and IP addresses, under which the service may be reached. */
  readonly allowedHosts: readonly string[];
}

export const ADMIN_ACCESS = Symbol('ADMIN_ACCESS');
