import { describe, expect, it } from '@jest/globals';
import { accessFailure, describeAccessFailure } from './access-failure.js';
import { awsTokens } from './aws-token.js';

const signed = { token: 'signed', expiryTime: 1_000 };

/** What is told of a request for a token that fails. */
const told = (fetchToken: () => Promise<unknown>) =>
  fetchToken().then(
    () => 'nothing',
    (error: unknown) => {
      const failure = accessFailure(error);
      return failure && describeAccessFailure(failure);
    },
  );

describe('a token for Amazon MSK', () => {
  it('is signed for the region, and is valid as long as its signer says', async () => {
    const fetchToken = awsTokens('eu-central-1', 1_000, ({ region }) =>
      Promise.resolve({ ...signed, token: `signed for ${region}` }),
    );
    expect(await fetchToken()).toEqual({ value: 'signed for eu-central-1', expiresAt: 1_000 });
  });

  it('is given up when there are no credentials, in words of ours', async () => {
    const fetchToken = awsTokens('eu-central-1', 1_000, () => Promise.reject(new Error('a secret text')));
    expect(await told(fetchToken)).toMatch(/^authentication failed: the AWS SDK finds no credentials/);
  });

  it('is given up when they do not come in time, and asked for anew the next time', async () => {
    const answers = [new Promise<never>(() => undefined), Promise.resolve(signed)];
    const fetchToken = awsTokens('eu-central-1', 20, () => answers.shift() ?? Promise.reject(new Error()));
    expect(await told(fetchToken)).toMatch(
      /^authentication failed: the AWS SDK gets no credentials within SOCKET_TIMEOUT.*\(AWS_CREDENTIALS_TIMEOUT\)$/,
    );
    expect(await fetchToken()).toEqual({ value: 'signed', expiresAt: 1_000 });
  });
});
