import { describe, expect, it } from '@jest/globals';
import { rememberCoordinators, TRANSACTIONS, type Cluster, type Coordinator } from './known-coordinators.js';
import { stock } from './testing/stock.js';

interface Transactions {
  initProducerId(): Promise<void>;
  beginTransaction(): void;
  addPartitionsToTransaction(topics: object[]): Promise<void>;
  sendOffsets(offsets: object): Promise<void>;
  commit(): Promise<void>;
}

type CreateTransactions = (options: object) => Transactions;

const protocolError = (type: string) => Object.assign(new Error(type), { type });

/** Two brokers, one of which coordinates everything, and a log of what is asked. */
class FakeCluster implements Cluster {
  coordinator = 1;
  /** Brokers that cannot be reached. */
  readonly away = new Set<number>();
  log: string[] = [];
  /** What the requests fail with, one after the other, by name. */
  readonly failures: Record<string, Error[]> = {};

  refreshMetadataIfNecessary = () => Promise.resolve();
  findControllerBroker = () => Promise.resolve(undefined);

  findBroker = ({ nodeId }: { nodeId: number }): Promise<Coordinator> =>
    this.away.has(nodeId) ? Promise.reject(new Error('away')) : Promise.resolve(this.broker(nodeId));

  findGroupCoordinator = ({ groupId }: { groupId: string }): Promise<Coordinator> => {
    this.log.push(`who coordinates ${groupId}?`);
    return this.findBroker({ nodeId: this.coordinator });
  };

  private broker(nodeId: number): Coordinator {
    const request = (name: string) => () => {
      this.log.push(`${name} ${String(nodeId)}`);
      const failure = this.failures[name]?.shift();
      return failure ? Promise.reject(failure) : Promise.resolve({ producerId: 7, producerEpoch: 0 });
    };
    return {
      nodeId,
      initProducerId: request('init'),
      addPartitionsToTxn: request('partitions'),
      addOffsetsToTxn: request('offsets'),
      txnOffsetCommit: request('commit offsets'),
      endTxn: request('end'),
    };
  }
}

async function setUp() {
  const cluster = new FakeCluster();
  const logger = { debug: () => undefined };
  const transactions = stock<CreateTransactions>(TRANSACTIONS)({
    logger,
    cluster: rememberCoordinators(cluster),
    transactional: true,
    transactionalId: 'id',
  });
  await transactions.initProducerId();
  return { cluster, transactions };
}

async function commitOne(transactions: Transactions) {
  transactions.beginTransaction();
  await transactions.addPartitionsToTransaction([{ topic: 't', partitions: [{ partition: 0 }] }]);
  await transactions.sendOffsets({ consumerGroupId: 'group', topics: [] });
  await transactions.commit();
}

describe('the coordinators of a transaction', () => {
  it('are asked for once by a producer, whatever the number of its transactions', async () => {
    const { cluster, transactions } = await setUp();
    await commitOne(transactions);
    expect(cluster.log).toEqual([
      'who coordinates id?',
      'init 1',
      'partitions 1',
      'offsets 1',
      'who coordinates group?',
      'commit offsets 1',
      'end 1',
    ]);
    cluster.log = [];
    await commitOne(transactions);
    expect(cluster.log).toEqual(['partitions 1', 'offsets 1', 'commit offsets 1', 'end 1']);
  });

  it('are asked for again after a request has failed', async () => {
    const { cluster, transactions } = await setUp();
    await commitOne(transactions);
    cluster.log = [];
    cluster.coordinator = 2;
    cluster.failures['partitions'] = [protocolError('NOT_COORDINATOR_FOR_GROUP')];
    await expect(commitOne(transactions)).rejects.toThrow('NOT_COORDINATOR_FOR_GROUP');
    await transactions.addPartitionsToTransaction([{ topic: 't', partitions: [{ partition: 0 }] }]);
    expect(cluster.log).toEqual(['partitions 1', 'who coordinates id?', 'partitions 2']);
  });

  it('stay known while they are only busy with the former transaction', async () => {
    const { cluster, transactions } = await setUp();
    await commitOne(transactions);
    cluster.log = [];
    cluster.failures['partitions'] = [protocolError('CONCURRENT_TRANSACTIONS')];
    await expect(commitOne(transactions)).rejects.toThrow('CONCURRENT_TRANSACTIONS');
    await transactions.addPartitionsToTransaction([{ topic: 't', partitions: [{ partition: 0 }] }]);
    expect(cluster.log).toEqual(['partitions 1', 'partitions 1']);
  });

  it('are asked for again when the one that is known cannot be reached', async () => {
    const { cluster, transactions } = await setUp();
    await commitOne(transactions);
    cluster.log = [];
    cluster.away.add(1);
    cluster.coordinator = 2;
    await commitOne(transactions);
    expect(cluster.log).toEqual([
      'who coordinates id?',
      'partitions 2',
      'offsets 2',
      'who coordinates group?',
      'commit offsets 2',
      'end 2',
    ]);
  });

  it('that nobody can be found for fail the request', async () => {
    const { cluster, transactions } = await setUp();
    cluster.away.add(1);
    await expect(commitOne(transactions)).rejects.toThrow('away');
  });
});

it('the stock bookkeeping asks before each request', async () => {
  const cluster = new FakeCluster();
  const transactions = stock<CreateTransactions>(TRANSACTIONS)({
    logger: { debug: () => undefined },
    cluster,
    transactional: true,
    transactionalId: 'id',
  });
  await transactions.initProducerId();
  cluster.log = [];
  await commitOne(transactions);
  expect(cluster.log.filter((line) => line.startsWith('who'))).toHaveLength(4);
});
