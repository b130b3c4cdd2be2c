import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newTokenKey, startTokenServer } from './token-server.mjs';

const clients = { admin: 'secret' };

let server: Awaited<ReturnType<typeof startTokenServer>>;
beforeEach(async () => {
  server = await startTokenServer({ key: newTokenKey(), clients, port: 0 });
});
afterEach(() => server.close());

/** The status of the answer. */
async function ask(credentials: string): Promise<number> {
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const answer = await fetch(server.url, { method: 'POST', headers: { authorization } });
  await answer.text();
  return answer.status;
}

describe('the token endpoint for development', () => {
  it('grants to a client with its secret', async () => {
    expect(await ask('admin:secret')).toBe(200);
  });

  it.each([
    'admin:wrong!',
    'admin:',
    'nobody:secret',
    'toString:secret',
    // No percent-encoding at all.
    'admin:%zz',
    '%:%',
    // As many characters as the secret, but more bytes.
    'admin:sécret',
    '',
  ])('refuses %j and goes on', async (credentials) => {
    expect(await ask(credentials)).toBe(401);
    expect(await ask('admin:secret')).toBe(200);
  });
});
