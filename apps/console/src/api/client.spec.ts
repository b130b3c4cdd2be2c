import { describe, expect, it, jest } from '@jest/globals';
import { ApiClient } from './client.js';
import { ConnectionLost, Problem } from './problem.js';

/** A client whose requests get the given answer. */
function clientFor(answer: Response | Error, token: string | null = 'secret') {
  const send = jest
    .fn<typeof fetch>()
    .mockImplementation(() => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)));
  const refused = jest.fn<(problem: Problem) => void>();
  return { api: new ApiClient({ token, refused }, send), send, refused };
}

const problem = (status: number, body: object, headers = {}) => Response.json(body, { status, headers });

describe('the client of the API', () => {
  it('sends the token as a header, and a command as JSON', async () => {
    const { api, send } = clientFor(Response.json({ paused: true }));
    await expect(api.post('/pause', { reason: 'x' })).resolves.toEqual({ paused: true });
    expect(send.mock.calls[0]).toMatchObject([
      '/admin/pause',
      {
        method: 'POST',
        body: '{"reason":"x"}',
        headers: { authorization: 'Bearer secret', 'content-type': 'application/json' },
      },
    ]);
  });

  it('sends no token where there is none', async () => {
    const { api, send } = clientFor(Response.json({}), null);
    await api.get('/me');
    expect(send.mock.calls[0]?.[1]?.headers).not.toHaveProperty('authorization');
  });

  it('tells what the API refuses, every problem by itself', async () => {
    const { api, refused } = clientFor(problem(400, { detail: 'Wrong', errors: ['a', 'b', 3] }));
    await expect(api.get('/x')).rejects.toMatchObject({ status: 400, message: 'Wrong', errors: ['a', 'b'] });
    expect(refused).not.toHaveBeenCalled();
  });

  it('says when the token is not taken, and how long to wait', async () => {
    const { api, refused } = clientFor(problem(401, { detail: 'No' }));
    await expect(api.get('/me')).rejects.toBeInstanceOf(Problem);
    expect(refused).toHaveBeenCalledWith(expect.objectContaining({ message: 'No' }));
    const slow = clientFor(problem(429, { detail: 'Slow' }, { 'retry-after': '7' }));
    await expect(slow.api.get('/me')).rejects.toMatchObject({ retryAfterMs: 7_000 });
  });

  it.each([
    ['nobody', new TypeError('fetch failed')],
    ['a gateway', new Response('<html>Bad gateway</html>', { status: 502 })],
    ['something else', new Response('<html>Sign in</html>', { status: 200 })],
  ])('counts %s who answers as a lost connection', async (_, answer) => {
    await expect(clientFor(answer).api.get('/status')).rejects.toBeInstanceOf(ConnectionLost);
  });
});
