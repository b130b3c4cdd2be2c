import { timingSafeEqual } from 'node:crypto';
import type { Actor } from './actor.js';
import { hashOf, type TokenEntry } from './token-entry.js';

/** Knows tokens by their hashes alone; how long an answer takes tells nothing about them. */
export class TokenVerifier {
  /** @param entries asked for at every token: they may change while the process runs */
  constructor(private readonly entries: () => readonly TokenEntry[]) {}

  get isEmpty(): boolean {
    return this.entries().length === 0;
  }

  /** Who has this token; `expired` for one that was good once, `undefined` for one that is not known. */
  verify(token: string, now = Date.now()): Actor | 'expired' | undefined {
    const hash = Buffer.from(hashOf(token), 'hex');
    let found: TokenEntry | undefined;
    // Every hash is compared, also after a match.
    for (const entry of this.entries()) {
      if (timingSafeEqual(Buffer.from(entry.hash, 'hex'), hash)) found ??= entry;
    }
    if (!found) return undefined;
    if (found.expires !== undefined && found.expires <= now) return 'expired';
    return { name: found.name, role: found.role };
  }
}
