import { describe, expect, it } from '@jest/globals';
import { BROKER_POOL, keepSeed, type BrokerPool } from './broker-pool.js';
import { stock } from './testing/stock.js';

const WHERE = { host: 'a', port: 1 };

type PoolClass = (new (options: unknown) => BrokerPool & { createBroker: unknown }) & {
  prototype: BrokerPool;
};

/** A pool that knows one broker. */
function setUp(Pool: PoolClass) {
  const logger = { namespace: () => logger, debug: () => undefined, error: () => undefined };
  const pool = new Pool({ logger, retry: { retries: 0 }, connectionPoolBuilder: { build: () => WHERE } });
  let asked = 0;
  const broker = {
    nodeId: 1,
    connectionPool: { ...WHERE },
    isConnected: () => true,
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    metadata: () => {
      // Another request has found out meanwhile that the broker is silent.
      if (++asked === 1) pool.removeBroker(WHERE);
      return Promise.resolve({ brokers: [{ nodeId: 1, ...WHERE }], topicMetadata: [] });
    },
  };
  pool.createBroker = () => broker;
  pool.brokers = { 1: broker };
  pool.seedBroker = broker;
  return pool;
}

function mended(): PoolClass {
  const Pool = stock<PoolClass>(BROKER_POOL);
  keepSeed(Pool.prototype);
  return Pool;
}

describe('a pool that forgets its last broker while it waits for metadata', () => {
  it('asks again, beginning with a new one', async () => {
    const pool = setUp(mended());
    await pool.refreshMetadata([]);
    expect(Object.keys(pool.brokers)).toEqual(['1']);
    expect(pool.seedBroker).toBeDefined();
  });

  it('is mended for that reason: the stock one trips', async () => {
    await expect(setUp(stock<PoolClass>(BROKER_POOL)).refreshMetadata([])).rejects.toThrow('undefined');
  });
});

it('a pool without a seed can forget a broker', () => {
  const pool = setUp(mended());
  pool.seedBroker = undefined;
  pool.removeBroker(WHERE);
  expect(pool.brokers).toEqual({});
});

it('a failure that has another cause stays what it is', async () => {
  const pool = setUp(mended());
  Object.assign(pool.brokers['1'] ?? {}, { metadata: () => Promise.reject(new Error('not authorised')) });
  await expect(pool.refreshMetadata([])).rejects.toThrow('not authorised');
});
