import type { Mechanism } from 'kafkajs';
import { SecurityError } from './security-error.js';
import { toSaslFailure } from './sasl-failure.js';

export interface Token {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** @throws SecurityError */
export type FetchToken = () => Promise<Token>;

/** A token is taken anew when this share of its lifetime is left, */
const REFRESH_SHARE = 0.2;
/** or this time: kafkajs authenticates a connection again 10 s before the broker would end it. */
const REFRESH_MS = 15_000;
const SEPARATOR = '\u0001';

/**
 * SASL OAUTHBEARER (RFC 7628). kafkajs' own takes a broker's refusal for a success, and the next request then
 * fails of something else.
 */
export function oauthBearer(
  fetchToken: FetchToken,
  extensions: Readonly<Record<string, string>> = {},
): Mechanism {
  const tokens = new TokenCache(fetchToken);
  return {
    mechanism: 'OAUTHBEARER',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const { value } = await tokens.get();
        try {
          const refusal = await saslAuthenticate(exchange(clientMessage(value, extensions)));
          if (!refusal || refusal.length === 0) return;
          // The answer to a refusal, which the broker then puts as an error.
          await saslAuthenticate(exchange(SEPARATOR));
          throw new SecurityError('SASL_REFUSED');
        } catch (error) {
          tokens.forget();
          throw toSaslFailure(error);
        }
      },
    }),
  };
}

function clientMessage(token: string, extensions: Readonly<Record<string, string>>): string {
  const pairs = Object.entries({ auth: `Bearer ${token}`, ...extensions });
  return `n,,${SEPARATOR}${pairs.map(([name, value]) => `${name}=${value}${SEPARATOR}`).join('')}${SEPARATOR}`;
}

/** Kafka's bytes begin with their size. */
function exchange(message: string) {
  const size = Buffer.alloc(4);
  size.writeInt32BE(Buffer.byteLength(message));
  return {
    request: { encode: () => Buffer.concat([size, Buffer.from(message)]) },
    response: {
      decode: (bytes: Buffer) => bytes.subarray(4),
      parse: (bytes: Buffer) => bytes,
    },
  };
}

/** One token for all connections, fetched once at a time. */
class TokenCache {
  private token: { readonly value: string; readonly refreshAt: number } | undefined;
  private fetching: Promise<Token> | undefined;

  constructor(private readonly fetchToken: FetchToken) {}

  async get(): Promise<{ readonly value: string }> {
    if (this.token && Date.now() < this.token.refreshAt) return this.token;
    this.fetching ??= this.fetchToken().finally(() => (this.fetching = undefined));
    const { value, expiresAt } = await this.fetching;
    const lifetime = expiresAt - Date.now();
    if (lifetime <= 0) throw new SecurityError('TOKEN_UNUSABLE');
    this.token = { value, refreshAt: expiresAt - Math.max(lifetime * REFRESH_SHARE, REFRESH_MS) };
    return this.token;
  }

  forget(): void {
    this.token = undefined;
  }
}
