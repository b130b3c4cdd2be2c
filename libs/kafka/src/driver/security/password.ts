import type { Authenticator, Mechanism } from 'kafkajs';
import { reveal, type Secret } from './secret.js';
import { toSaslFailure } from './sasl-failure.js';

export type PasswordMechanism = 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

type Provider = (credentials: {
  username: string;
  password: string;
}) => (...args: Parameters<Mechanism['authenticationProvider']>) => Authenticator;

const MODULES = { PLAIN: 'plain', 'SCRAM-SHA-256': 'scram256', 'SCRAM-SHA-512': 'scram512' };

const { createRequire } = process.getBuiltinModule('node:module');
const require = createRequire(import.meta.url);

/** kafkajs' own mechanism, with the password as it is when a connection authenticates. */
export function password(mechanism: PasswordMechanism, username: string, secret: Secret): Mechanism {
  const provider = require(`kafkajs/src/broker/saslAuthenticator/${MODULES[mechanism]}.js`) as Provider;
  return {
    mechanism,
    authenticationProvider: (args) => ({
      authenticate: async () => {
        let broken: unknown;
        const saslAuthenticate: typeof args.saslAuthenticate = async (exchange) => {
          try {
            return await args.saslAuthenticate(exchange);
          } catch (error) {
            broken = error;
            throw error;
          }
        };
        try {
          const credentials = { username, password: reveal(secret) };
          await provider(credentials)({ ...args, saslAuthenticate }).authenticate();
        } catch (error) {
          throw toSaslFailure(broken ?? error);
        }
      },
    }),
  };
}
