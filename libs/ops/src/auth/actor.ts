/**
 * What a token may do, weakest first; each includes what is before it. `viewer`: look, with personal data masked.
 * `operator`: command the pipeline, and see everything. `admin`: what cannot be taken back, and the tokens.
 *
 * @publicApi
 */
export const ROLES = ['viewer', 'operator', 'admin'] as const;

/** @publicApi */
export type Role = (typeof ROLES)[number];

/**
 * Who sends a request to /admin.
 *
 * @publicApi
 */
export interface Actor {
  /** The name of the token; `anonymous` where none is asked for. */
  readonly name: string;
  readonly role: Role;
}

/** Where nobody is asked for a token (ADMIN_AUTH=none). */
export const ANONYMOUS: Actor = { name: 'anonymous', role: 'admin' };

/**
 * Whether this actor may do what asks for `needed`.
 *
 * @publicApi
 */
export const isAllowed = ({ role }: Pick<Actor, 'role'>, needed: Role): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);
