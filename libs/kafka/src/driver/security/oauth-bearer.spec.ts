import { describe, expect, it, jest } from '@jest/globals';
import { oauthBearer } from './oauth-bearer.js';
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

function tokens(lifetimeMs: number) {
  let count = 0;
  return {
    get: () => Promise.resolve({ value: `token-${++count}`, expiresAt: Date.now() + lifetimeMs }),
    forget: jest.fn(),
  };
}

describe('OAUTHBEARER', () => {
  it('sends the token and its extensions', async () => {
    const mechanism = oauthBearer(tokens(60_000), { logicalCluster: 'lkc-1' });
    expect(await authenticate(mechanism)).toEqual([
      'n,,\u0001auth=Bearer token-1\u0001logicalCluster=lkc-1\u0001\u0001',
    ]);
  });

  it('takes a refusal for one, and forgets the token', async () => {
    const source = tokens(60_000);
    const answers = [
      '{"status":"invalid_token"}',
      Object.assign(new Error(), { type: 'SASL_AUTHENTICATION_FAILED' }),
    ];
    const mechanism = oauthBearer(source);
    await authenticate(mechanism);
    expect(source.forget).not.toHaveBeenCalled();
    await expect(authenticate(mechanism, ...answers)).rejects.toEqual(new SecurityError('SASL_REFUSED'));
    expect(source.forget).toHaveBeenCalledTimes(1);
  });

  it('leaves a connection that breaks off to be tried again', async () => {
    const broken = Object.assign(new Error('closed'), { retriable: true });
    await expect(authenticate(oauthBearer(tokens(60_000)), broken)).rejects.toBe(broken);
  });

  it('does not send what has expired', async () => {
    await expect(authenticate(oauthBearer(tokens(0)))).rejects.toMatchObject({ code: 'TOKEN_UNUSABLE' });
  });
});
