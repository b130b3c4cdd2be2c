import { expect, it } from '@jest/globals';
import { FETCH_MANAGER, stoppable, type CreateFetchManager } from './fetch-manager.js';
import { stock } from './testing/stock.js';

const TOO_MANY = 1_000;

/** Two fetchers that are to be replaced because the brokers have changed; the one of broker 1 is not done yet. */
async function stoppedWhileBrokersChange(create: CreateFetchManager) {
  let [brokers, fetched, running] = [[1, 2], 0, true];
  const { promise: slow, resolve: arrive } = Promise.withResolvers<undefined>();
  const logger = { namespace: () => logger, debug: () => undefined };
  const manager = create({
    ...{ logger, getNodeIds: () => brokers, handler: () => Promise.resolve() },
    fetch: async (broker) => {
      if (++fetched > TOO_MANY) throw new Error('fetches without a pause');
      if (!running) return [];
      if (broker === 1) await slow;
      else brokers = [1, 3];
      return [];
    },
  });
  const ended = manager.start();
  await new Promise((resolve) => setImmediate(resolve));
  running = false;
  await manager.stop();
  arrive(undefined);
  return ended;
}

it('fetches nothing further once it is stopped, also while the brokers change', async () => {
  await expect(stoppedWhileBrokersChange(stoppable(stock(FETCH_MANAGER)))).resolves.toBeUndefined();
});

it('is needed: the stock one goes on without a pause', async () => {
  await expect(stoppedWhileBrokersChange(stock(FETCH_MANAGER))).rejects.toThrow('without a pause');
});
