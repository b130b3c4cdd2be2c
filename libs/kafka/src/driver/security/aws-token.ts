import { DeadlineError, withDeadline } from '../../abort.js';
import { SecurityError } from './security-error.js';
import type { FetchToken } from './token-cache.js';

type Sign = (options: { region: string }) => Promise<{ token: string; expiryTime: number }>;

/**
 * Tokens for Amazon MSK, signed here with what the AWS SDK finds: environment, web identity (EKS), container
 * or instance role, profile. Some of these ask over the network, and the SDK sets none of them a deadline of ours.
 */
export const awsTokens =
  (region: string, timeoutMs: number, sign: Sign = signWithSdk): FetchToken =>
  async () => {
    try {
      const { token, expiryTime } = await withDeadline(sign({ region }), timeoutMs);
      return { value: token, expiresAt: expiryTime };
    } catch (error) {
      throw new SecurityError(
        error instanceof DeadlineError ? 'AWS_CREDENTIALS_TIMEOUT' : 'AWS_CREDENTIALS_MISSING',
        error,
      );
    }
  };

const signWithSdk: Sign = async (options) => {
  // Loaded where it is used only: it brings a good part of the AWS SDK.
  const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
  return generateAuthToken(options);
};
