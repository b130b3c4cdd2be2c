import { createHash } from 'node:crypto';
import { ROLES, type Role } from './actor.js';

/** A token as it is kept: by its hash, never itself. */
export interface TokenEntry {
  readonly name: string;
  readonly role: Role;
  /** SHA-256, lower-case hexadecimal. A token has 256 random bits, so that no slower hash is needed. */
  readonly hash: string;
  /** Milliseconds since the epoch; a token without an end has none. */
  readonly expires?: number;
}

const NAME = /^[a-z0-9][a-z0-9_.@-]{0,62}$/i;
const HASH = /^sha256:([0-9a-f]{64})$/;
const KEYS: ReadonlySet<string> = new Set(['name', 'role', 'hash', 'expires']);

export const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

/**
 * Whether a token, and whoever has it, may be called so.
 *
 * @publicApi
 */
export const isTokenName = (given: unknown): given is string => typeof given === 'string' && NAME.test(given);

/**
 * Reads a JSON array of `{"name", "role", "hash": "sha256:…", "expires"?: ISO 8601}`.
 *
 * @returns the entries, or what is wrong, in words that quote nothing
 */
export function parseTokenEntries(text: string): readonly TokenEntry[] | { readonly problem: string } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { problem: 'it is no JSON' };
  }
  if (!Array.isArray(parsed)) return { problem: 'it is no JSON array' };
  const entries: TokenEntry[] = [];
  for (const [index, item] of parsed.entries()) {
    const entry = toEntry(item);
    if (!entry) {
      return {
        problem: `its entry ${index + 1} is not {"name", "role": ${ROLES.join(', ')}, "hash": "sha256:…", "expires"?: ISO 8601}`,
      };
    }
    if (entries.some(({ name }) => name === entry.name)) {
      return { problem: `its entry ${index + 1} has a name that is taken` };
    }
    entries.push(entry);
  }
  return entries;
}

function toEntry(item: unknown): TokenEntry | undefined {
  if (typeof item !== 'object' || item === null) return undefined;
  const { name, role, hash, expires } = item as Record<string, unknown>;
  const known = ROLES.find((one) => one === role);
  const digest = typeof hash === 'string' ? HASH.exec(hash)?.[1] : undefined;
  const until = typeof expires === 'string' ? Date.parse(expires) : undefined;
  if (!isTokenName(name) || !known || digest === undefined) return undefined;
  if (expires !== undefined && (until === undefined || Number.isNaN(until))) return undefined;
  if (!Object.keys(item).every((key) => KEYS.has(key))) return undefined;
  return { name, role: known, hash: digest, ...(until !== undefined && { expires: until }) };
}

/** The entry as it is written to a file. */
export const toJson = ({ name, role, hash, expires }: TokenEntry): object => ({
  name,
  role,
  hash: `sha256:${hash}`,
  ...(expires !== undefined && { expires: new Date(expires).toISOString() }),
});

/** The value of ADMIN_TOKENS: JSON as in the file, so that no token itself stands in a variable; empty: none. */
export function parseTokenSetting(text: string): readonly TokenEntry[] | undefined {
  if (text.trim() === '') return [];
  const entries = parseTokenEntries(text);
  return 'problem' in entries ? undefined : entries;
}
