import { SecurityError } from './security-error.js';
import type { FetchToken } from './token-cache.js';

/**
 * Tokens for Amazon MSK, signed here with what the AWS SDK finds: environment, web identity (EKS), container
 * or instance role, profile.
 */
export const awsTokens =
  (region: string): FetchToken =>
  async () => {
    // Loaded where it is used only: it brings a good part of the AWS SDK.
    const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
    try {
      const { token, expiryTime } = await generateAuthToken({ region });
      return { value: token, expiresAt: expiryTime };
    } catch (error) {
      throw new SecurityError('AWS_CREDENTIALS_MISSING', error);
    }
  };
