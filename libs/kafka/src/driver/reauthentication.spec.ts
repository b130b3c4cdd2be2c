import { describe, expect, it, jest } from '@jest/globals';
import { createAuthenticator, untilAuthenticated, type AuthenticatedConnection } from './reauthentication.js';

class Closed extends Error {}

function setUp(authenticatedAt: unknown, answer: Promise<void>, sessionLifetime = '0') {
  const disconnect = jest.fn(() => Promise.resolve());
  const connection: AuthenticatedConnection = {
    host: 'h',
    port: 1,
    authenticatedAt,
    reauthenticationThreshold: 10_000,
    disconnect,
  };
  class Stock {
    readonly sessionLifetime = sessionLifetime;
    constructor(readonly connection: AuthenticatedConnection) {}
    authenticate(): Promise<void> {
      return answer;
    }
  }
  const authenticator = new (createAuthenticator(Stock, Closed))(connection);
  return { connection, disconnect, authenticate: () => authenticator.authenticate() };
}

const illegal = () => Promise.reject(Object.assign(new Error(), { type: 'ILLEGAL_SASL_STATE' }));

describe('an authentication', () => {
  it('holds other requests of its connection until it has ended, however that is', async () => {
    const { promise, reject } = Promise.withResolvers<never>();
    const { connection, authenticate } = setUp(null, promise);
    await untilAuthenticated(connection);
    const work = authenticate();
    const waiting = jest.fn();
    const released = untilAuthenticated(connection).then(waiting);
    await new Promise(setImmediate);
    expect(waiting).not.toHaveBeenCalled();
    reject(new Error('refused'));
    await expect(work).rejects.toThrow('refused');
    await released;
    await untilAuthenticated(connection);
  });

  it('that a new connection does not get is refused as it is', async () => {
    const { authenticate, disconnect } = setUp(null, illegal());
    await expect(authenticate()).rejects.toMatchObject({ type: 'ILLEGAL_SASL_STATE' });
    expect(disconnect).not.toHaveBeenCalled();
  });

  it('that a standing connection does not get ends the connection', async () => {
    const { authenticate, disconnect } = setUp([1, 2], illegal());
    await expect(authenticate()).rejects.toBeInstanceOf(Closed);
    expect(disconnect).toHaveBeenCalledTimes(1);
  });

  it('that is refused on a standing connection is told', async () => {
    const { authenticate } = setUp([1, 2], Promise.reject(new Error('wrong password')));
    await expect(authenticate()).rejects.toThrow('wrong password');
  });

  it.each([
    ['3600000', 10_000],
    ['50000', 10_000],
    ['8000', 1_600],
    ['14999', 2_999],
  ])('for %s ms is made again %d ms before their end', async (lifetime, threshold) => {
    const { connection, authenticate } = setUp(null, Promise.resolve(), lifetime);
    await authenticate();
    expect(connection.reauthenticationThreshold).toBe(threshold);
  });
});
