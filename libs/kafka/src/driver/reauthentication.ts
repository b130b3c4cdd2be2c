import type { createRequire } from 'node:module';
import { replaceModule } from './codec/replace-module.js';

const PATH = 'kafkajs/src/broker/saslAuthenticator/index.js';
const ERRORS = 'kafkajs/src/errors.js';

/** The part of kafkajs' connection that matters here. */
export interface AuthenticatedConnection {
  readonly host: string;
  readonly port: number;
  /** Set once this socket has been authenticated. */
  readonly authenticatedAt: unknown;
  /** So many milliseconds before the end of its session it is authenticated again. */
  reauthenticationThreshold: number;
  disconnect(): Promise<unknown>;
}

interface Authenticator {
  readonly connection: AuthenticatedConnection;
  /** Milliseconds as told by the broker, `0` for no end. */
  readonly sessionLifetime: string | number;
  authenticate(): Promise<void>;
}

type AuthenticatorClass = new (connection: AuthenticatedConnection, ...rest: unknown[]) => Authenticator;

type ConnectionClosed = new (message: string, where: { host: string; port: number }) => Error;

/** As kafkajs does, */
const THRESHOLD_MS = 10_000;
/** but in a shorter session not before this share of it is left. */
const THRESHOLD_SHARE = 0.2;

const going = new WeakMap<object, Promise<unknown>>();

/**
 * Resolves when no authentication of the connection is going on. A broker that hears anything else in the middle
 * of one ends the connection, and kafkajs sends what it was encoding when one began.
 */
export const untilAuthenticated = async (connection: object): Promise<void> => {
  await going.get(connection);
};

/**
 * Authenticating again on a connection that stands (KIP-368) can be refused for a reason that a new connection
 * does not have, such as one within a second of the last. kafkajs takes that for final; here the connection ends,
 * and whoever needs it makes another. In a session of ten seconds or less, as the last of a token brings it,
 * kafkajs would authenticate before every request, which brokers refuse.
 */
export const createAuthenticator = (
  Stock: AuthenticatorClass,
  Closed: ConnectionClosed,
): AuthenticatorClass =>
  class extends Stock {
    override authenticate(): Promise<void> {
      const { connection } = this;
      const isFirst = connection.authenticatedAt === null;
      const work = super.authenticate().then(
        () => {
          connection.reauthenticationThreshold = thresholdOf(Number(this.sessionLifetime));
        },
        (error: unknown) => {
          if (isFirst || (error as { type?: unknown }).type !== 'ILLEGAL_SASL_STATE') throw error;
          // Not waited for: it waits for the requests that wait for this.
          void connection.disconnect().catch(() => undefined);
          throw new Closed('Closed connection', { host: connection.host, port: connection.port });
        },
      );
      const settled = work
        .catch(() => undefined)
        .finally(() => {
          if (going.get(connection) === settled) going.delete(connection);
        });
      going.set(connection, settled);
      return work;
    }
  };

/** kafkajs takes whole numbers only. */
const thresholdOf = (sessionMs: number): number =>
  Math.min(THRESHOLD_MS, Math.floor(sessionMs * THRESHOLD_SHARE));

/**
 * Has to come before kafkajs' connection is loaded.
 * @throws Error when the installed kafkajs has another shape
 */
export function installReauthentication(require: ReturnType<typeof createRequire>): void {
  const { KafkaJSConnectionClosedError } = require(ERRORS) as {
    KafkaJSConnectionClosedError: ConnectionClosed;
  };
  replaceModule(require, PATH, (stock: AuthenticatorClass) =>
    createAuthenticator(stock, KafkaJSConnectionClosedError),
  );
}
