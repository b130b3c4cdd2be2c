import type { KafkaConfig } from 'kafkajs';
import { awsTokens } from './aws-token.js';
import { oauthBearer } from './oauth-bearer.js';
import { password, type PasswordMechanism } from './password.js';
import { TlsFiles, type OnSecurityNotice, type TlsOptions } from './tls-files.js';
import { createSocketFactory } from './socket-factory.js';
import { TokenCache } from './token-cache.js';
import { tokenEndpoint, type TokenEndpoint } from './token-endpoint.js';
import type { Secret } from './secret.js';

export type SaslOptions =
  | { readonly mechanism: PasswordMechanism; readonly username: string; readonly password: Secret }
  | ({ readonly mechanism: 'OAUTHBEARER' } & TokenEndpoint)
  | { readonly mechanism: 'AWS_MSK_IAM'; readonly region: string };

/** How a connection is encrypted, and who this client is. Without `tls` it is in plain text. */
export interface KafkaSecurity {
  readonly tls?: TlsOptions;
  readonly sasl?: SaslOptions;
}

/** The part of kafkajs' options that secures its connections. */
export function securityOptions(
  { tls, sasl }: KafkaSecurity,
  timeoutMs: number,
  onNotice: OnSecurityNotice = () => undefined,
): Pick<KafkaConfig, 'sasl' | 'socketFactory'> {
  return {
    ...(tls && { socketFactory: createSocketFactory(new TlsFiles(tls, onNotice), tls.verifyHostname) }),
    ...(sasl && { sasl: toMechanism(sasl, timeoutMs) }),
  };
}

function toMechanism(sasl: SaslOptions, timeoutMs: number): NonNullable<KafkaConfig['sasl']> {
  switch (sasl.mechanism) {
    case 'OAUTHBEARER':
      return oauthBearer(tokenEndpoint(sasl, timeoutMs), sasl.extensions);
    case 'AWS_MSK_IAM':
      // MSK takes its signed tokens by OAUTHBEARER.
      return oauthBearer(new TokenCache(awsTokens(sasl.region, timeoutMs)));
    case 'PLAIN':
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512':
      return password(sasl.mechanism, sasl.username, sasl.password);
  }
}
