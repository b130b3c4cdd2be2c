import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { parseDuration } from '../admin/parse-duration.js';
import { ROLES } from './actor.js';
import { hashOf, isTokenName, toJson } from './token-entry.js';

interface Wishes {
  readonly name?: unknown;
  readonly role?: unknown;
  /** As long as from now on: `90d`, `12h`. Without it the token has no end. */
  readonly expires?: unknown;
}

type Made =
  | { readonly token: string; readonly entry: object }
  | {
      /** What is wrong with the wishes, in words. */
      readonly problem: string;
    };

const TEXT = { type: 'string' } as const;

/** A year and a day. */
const LONGEST_DAYS = 366;

/**
 * As `makeToken`, for arguments of a command line: `--name`, `--role`, `--expires`. One that is misspelt is a
 * problem: without its end a token would be good for ever.
 *
 * @publicApi
 */
export function makeTokenOf(args: readonly string[], now: number): Made {
  const options = { name: TEXT, role: TEXT, expires: TEXT };
  try {
    return makeToken(parseArgs({ args: [...args], options }).values, now);
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** A new token of 256 random bits, and the entry by which it is known. */
export function makeToken({ name, role, expires }: Wishes, now: number): Made {
  if (typeof name !== 'string' || !isTokenName(name)) {
    return { problem: '--name must be up to 63 letters, digits and _.@-, beginning with a letter or digit' };
  }
  const known = ROLES.find((one) => one === role);
  if (!known) return { problem: `--role must be ${ROLES.join(', ')}` };
  const lasts = expires === undefined ? undefined : lifetime(expires);
  if (expires !== undefined && lasts === undefined) {
    return { problem: `--expires must be a time such as 90d, 12h or PT30M, at most ${LONGEST_DAYS} days` };
  }
  const token = `lep_${randomBytes(32).toString('base64url')}`;
  const entry = { name, role: known, hash: hashOf(token) };
  return { token, entry: toJson(lasts === undefined ? entry : { ...entry, expires: now + lasts }) };
}

function lifetime(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const days = /^(\d{1,3})d$/.exec(text)?.[1];
  if (days === undefined) return parseDuration(text);
  return Number(days) >= 1 && Number(days) <= LONGEST_DAYS ? Number(days) * 86_400_000 : undefined;
}
