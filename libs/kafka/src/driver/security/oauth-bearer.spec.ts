import { describe, expect, it, jest } from '@jest/globals';
import { oauthBearer, type Token } from './oauth-bearer.js';
import { SecurityError } from './security-error.js';

type Arguments = Parameters<ReturnType<typeof oauthBearer>['authenticationProvider']>[0];

interface Exchange {
  readonly request: { encode(): Buffer };
  readonly response: { decode(bytes: Buffer): Buffer; parse(bytes: Buffer): Buffer };
}

/** Authenticates against a broker that gives these answers; returns what it was told. */
async function authenticate(
  mechanism: ReturnType<typeof oauthBearer>,
  ...answers: (string | Error)[]
): Promise<string[]> {
  const told: string[] = [];
  const saslAuthenticate = ({ request, response }: Exchange) => {
    const bytes = request.encode();
    expect(bytes.readInt32BE(0)).toBe(bytes.length - 4);
    told.push(bytes.subarray(4).toString());
    const answer = answers.shift() ?? '';
    if (answer instanceof Error) return Promise.reject(answer);
    return Promise.resolve(
      response.parse(response.decode(Buffer.concat([Buffer.alloc(4), Buffer.from(answer)]))),
    );
  };
  await mechanism.authenticationProvider({ saslAuthenticate } as unknown as Arguments).authenticate();
  return told;
}

const tokens = (lifetimeMs: number) => {
  let count = 0;
  return jest.fn((): Promise<Token> =>
    Promise.resolve({ value: `token-${++count}`, expiresAt: Date.now() + lifetimeMs }),
  );
};

describe('OAUTHBEARER', () => {
  it('sends the token and its extensions', async () => {
    const mechanism = oauthBearer(tokens(60_000), { logicalCluster: 'lkc-1' });
    expect(await authenticate(mechanism)).toEqual([
      'n,,\u0001auth=Bearer token-1\u0001logicalCluster=lkc-1\u0001\u0001',
    ]);
  });

  it('uses a token for all connections until little of its lifetime is left', async () => {
    jest.useFakeTimers({ now: 0 });
    try {
      const fetchToken = tokens(100_000);
      const mechanism = oauthBearer(fetchToken);
      await Promise.all([authenticate(mechanism), authenticate(mechanism)]);
      jest.setSystemTime(79_999);
      await authenticate(mechanism);
      expect(fetchToken).toHaveBeenCalledTimes(1);
      jest.setSystemTime(80_000);
      await authenticate(mechanism);
      expect(fetchToken).toHaveBeenCalledTimes(2);
    } finally {
      jest.useRealTimers();
    }
  });

  it('takes a refusal for one, and fetches a new token after it', async () => {
    const fetchToken = tokens(60_000);
    const mechanism = oauthBearer(fetchToken);
    const answers = [
      '{"status":"invalid_token"}',
      Object.assign(new Error(), { type: 'SASL_AUTHENTICATION_FAILED' }),
    ];
    await expect(authenticate(mechanism, ...answers)).rejects.toEqual(new SecurityError('SASL_REFUSED'));
    await authenticate(mechanism);
    expect(fetchToken).toHaveBeenCalledTimes(2);
  });

  it('leaves a connection that breaks off to be tried again', async () => {
    const broken = Object.assign(new Error('closed'), { retriable: true });
    await expect(authenticate(oauthBearer(tokens(60_000)), broken)).rejects.toBe(broken);
  });

  it('does not send what has expired', async () => {
    await expect(authenticate(oauthBearer(tokens(0)))).rejects.toMatchObject({ code: 'TOKEN_UNUSABLE' });
  });
});
