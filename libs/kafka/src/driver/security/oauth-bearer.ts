import type { Mechanism } from 'kafkajs';
import { SecurityError } from './security-error.js';
import { toSaslFailure } from './sasl-failure.js';

export interface Token {
  readonly value: string;
  /** Epoch milliseconds. */
  readonly expiresAt: number;
}

/** Where the token of each authentication comes from. */
export interface TokenSource {
  /** @throws SecurityError */
  get(): Token | Promise<Token>;
  /** The broker has refused the last one. */
  forget(): void;
}

const SEPARATOR = '\u0001';

/**
 * SASL OAUTHBEARER (RFC 7628). kafkajs' own takes a broker's refusal for a success, and the next request then
 * fails of something else.
 */
export function oauthBearer(
  tokens: TokenSource,
  extensions: Readonly<Record<string, string>> = {},
): Mechanism {
  return {
    mechanism: 'OAUTHBEARER',
    authenticationProvider: ({ saslAuthenticate }) => ({
      authenticate: async () => {
        const { value } = requireValid(await tokens.get());
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

/** @throws SecurityError when the token has expired */
export function requireValid(token: Token): Token {
  if (token.expiresAt <= Date.now()) throw new SecurityError('TOKEN_UNUSABLE');
  return token;
}
