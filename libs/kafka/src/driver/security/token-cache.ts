import { withTimeLimit } from '../../abort.js';
import { requireValid, type Token, type TokenSource } from './oauth-bearer.js';

/** @throws SecurityError */
export type FetchToken = () => Promise<Token>;

/** A token is taken anew when this share of its lifetime is left, */
const REFRESH_SHARE = 0.2;
/** or this time: kafkajs authenticates a connection again 10 s before the broker would end it. */
const REFRESH_MS = 15_000;
/** How long an authentication waits for a new token while the former one would do: its connection stands still. */
const PATIENCE_MS = 3_000;
/** How long the former one is used then before another is asked for. */
const RETRY_MS = 5_000;

/**
 * One token for all connections, fetched once at a time. While none can be fetched the last one is used as long
 * as it is valid, so that a short outage of who gives tokens out is none of this client.
 */
export class TokenCache implements TokenSource {
  private token: Token | undefined;
  private refreshAt = 0;
  private fetching: Promise<Token> | undefined;

  constructor(private readonly fetchToken: FetchToken) {}

  /** @throws SecurityError of the fetch, when there is no other valid token */
  async get(): Promise<Token> {
    const current = this.usable();
    if (current && Date.now() < this.refreshAt) return current;
    const fetching = this.fetch();
    if (!current) return fetching;
    await withTimeLimit(fetching, PATIENCE_MS);
    if (this.token === current) this.refreshAt = Date.now() + RETRY_MS;
    return this.usable() ?? fetching;
  }

  forget(): void {
    this.token = undefined;
  }

  private usable(): Token | undefined {
    return this.token && this.token.expiresAt > Date.now() ? this.token : undefined;
  }

  private fetch(): Promise<Token> {
    this.fetching ??= this.refresh().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async refresh(): Promise<Token> {
    const token = requireValid(await this.fetchToken());
    const lifetime = token.expiresAt - Date.now();
    this.token = token;
    this.refreshAt = token.expiresAt - Math.max(lifetime * REFRESH_SHARE, REFRESH_MS);
    return token;
  }
}
