import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomUUID,
  sign,
  timingSafeEqual,
} from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const KEY_ID = 'development';
export const ISSUER = 'login-event-pipeline';
export const AUDIENCE = 'kafka';

/** A key to sign tokens with, as PEM. */
export const newTokenKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2_048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();

/** The public half of a key, as brokers read it. @param {string} key */
export const jwksOf = (key) => ({
  keys: [
    {
      ...createPublicKey(createPrivateKey(key)).export({ format: 'jwk' }),
      kid: KEY_ID,
      use: 'sig',
      alg: 'RS256',
    },
  ],
});

/**
 * A signed token (JWT).
 * @param {string} key @param {string} subject @param {number} lifetimeSeconds
 */
export function createToken(key, subject, lifetimeSeconds) {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: subject,
    iat: now,
    exp: now + lifetimeSeconds,
    jti: randomUUID(),
  };
  const parts = [{ alg: 'RS256', typ: 'JWT', kid: KEY_ID }, claims];
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

/**
 * A token endpoint (client credentials, RFC 6749 4.4) for development: every user of the broker is a client.
 * @param {{ key: string, clients: Record<string, string>, port: number, lifetimeSeconds?: number }} options
 *   `clients`: secrets by id
 */
export async function startTokenServer({ key, clients, port, lifetimeSeconds = 300 }) {
  const state = { lifetimeSeconds, granted: 0 };
  const server = createServer((request, response) => {
    request.resume();
    const client = clientOf(request.headers.authorization, clients);
    const answer = (/** @type {number} */ status, /** @type {object} */ body) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(body));
    if (request.method !== 'POST' || request.url !== '/token') return answer(404, { error: 'not_found' });
    if (client === undefined) return answer(401, { error: 'invalid_client' });
    state.granted++;
    return answer(200, {
      access_token: createToken(key, client, state.lifetimeSeconds),
      token_type: 'Bearer',
      expires_in: state.lifetimeSeconds,
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/token`,
    state,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/**
 * The client whose credentials these are (RFC 6749, 2.3.1).
 * @param {string | undefined} authorization @param {Record<string, string>} clients
 */
function clientOf(authorization, clients) {
  const given = Buffer.from(authorization?.replace(/^Basic /i, '') ?? '', 'base64').toString();
  const [id = '', secret = ''] = given.split(':').map(decoded);
  const wanted = Buffer.from((Object.hasOwn(clients, id) && clients[id]) || '');
  const found = Buffer.from(secret);
  if (wanted.length === 0 || wanted.length !== found.length) return undefined;
  return timingSafeEqual(wanted, found) ? id : undefined;
}

/** Nothing where the percent-encoding is none. @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
