import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as oauth from 'oauth4webapi';
import { reveal, type Secret } from './secret.js';
import { SecurityError } from './security-error.js';
import type { Token, TokenSource } from './oauth-bearer.js';
import { TokenCache } from './token-cache.js';

/** Where the tokens of OAUTHBEARER come from. */
export interface TokenEndpoint {
  /** https: or http: of a token endpoint (client credentials, RFC 6749 4.4); file: of one token (a JWT). */
  readonly url: string;
  readonly clientId?: string | undefined;
  readonly clientSecret?: Secret | undefined;
  readonly scope?: string | undefined;
  /** Sent along with the token: Confluent Cloud wants `logicalCluster` and `identityPoolId`. */
  readonly extensions?: Readonly<Record<string, string>>;
}

/** Where an endpoint tells no lifetime and the token does not either. */
const ASSUMED_LIFETIME_MS = 60_000;
/** Nothing that could end the header or the message that carries it. */
const TOKEN = /^[\x21-\x7e]+$/;

/** A token of an endpoint is used until it expires; a file is read every time, as somebody else may renew it. */
export const tokenEndpoint = (endpoint: TokenEndpoint, timeoutMs: number): TokenSource =>
  endpoint.url.startsWith('file:')
    ? { get: () => readToken(endpoint.url), forget: () => undefined }
    : new TokenCache(() => requestToken(endpoint, timeoutMs));

async function requestToken(endpoint: TokenEndpoint, timeoutMs: number): Promise<Token> {
  const { url, clientId = '', clientSecret, scope } = endpoint;
  const server = { issuer: new URL(url).origin, token_endpoint: url };
  const client = { client_id: clientId };
  const authentication = clientSecret ? oauth.ClientSecretBasic(reveal(clientSecret)) : oauth.None();
  const parameters = new URLSearchParams(scope === undefined ? {} : { scope });
  let answer: Response;
  try {
    answer = await oauth.clientCredentialsGrantRequest(server, client, authentication, parameters, {
      signal: AbortSignal.timeout(timeoutMs),
      // Whoever writes http: into the settings means it, for development; deprecated only to stand out.
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      [oauth.allowInsecureRequests]: url.startsWith('http:'),
    });
  } catch (error) {
    throw new SecurityError('TOKEN_ENDPOINT_UNREACHABLE', error);
  }
  if (answer.status >= 500) throw new SecurityError('TOKEN_ENDPOINT_UNREACHABLE');
  let granted: oauth.TokenEndpointResponse;
  try {
    granted = await oauth.processClientCredentialsResponse(server, client, answer);
  } catch (error) {
    throw new SecurityError(answer.ok ? 'TOKEN_UNUSABLE' : 'TOKEN_ENDPOINT_REFUSED', error);
  }
  const lifetimeMs = granted.expires_in === undefined ? undefined : granted.expires_in * 1_000;
  return toToken(granted.access_token, lifetimeMs === undefined ? undefined : Date.now() + lifetimeMs);
}

function readToken(url: string): Token {
  let text: string;
  try {
    text = readFileSync(fileURLToPath(url), 'utf8').trim();
  } catch (error) {
    throw new SecurityError('FILE_UNREADABLE', error);
  }
  return toToken(text, undefined);
}

function toToken(value: string, expiresAt: number | undefined): Token {
  if (!TOKEN.test(value)) throw new SecurityError('TOKEN_UNUSABLE');
  return { value, expiresAt: expiresAt ?? expiryOf(value) ?? Date.now() + ASSUMED_LIFETIME_MS };
}

/** What a JWT says of itself; undefined for a token of another kind. */
function expiryOf(token: string): number | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const { exp } = claims as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1_000 : undefined;
  } catch {
    return undefined;
  }
}
