import { describe, expect, it } from '@jest/globals';
import {
  askToCommit,
  installLostMarkers,
  withScope,
  type LostMarkers,
  type TransactionScope,
} from './lost-markers.js';
import { TRANSACTIONS } from './known-coordinators.js';
import { installed, stock } from './testing/stock.js';

const BROKER = 'kafkajs/src/broker/index.js';
const SEND = Symbol('private:Broker:sendRequest');
const [DESCRIBE_PRODUCERS, DESCRIBE_TRANSACTIONS] = [61, 65];
const HIDDEN = 29;
const PRODUCER = '7';
const POSITION = { topic: 'in', partition: 0 };
const AT = { transactionalId: 'id', producerId: PRODUCER, producerEpoch: 1 };
let lastId = 0;

const protocolError = (type: string, retriable = false) =>
  Object.assign(new Error(type), { type, retriable });

type Failures = Readonly<Record<string, readonly Error[]>>;

interface World {
  /** Of the last transaction. */
  readonly state?: string;
  /** The partitions of `out`, of three, in which it is open. */
  readonly open?: readonly number[];
  readonly hidden?: readonly number[];
  /** `ours` until it is ended. */
  readonly unstable?: 'ours' | 'others';
  readonly hasPosition?: boolean;
  /** So many ends are lost again. */
  readonly losing?: number;
  readonly brokerVersion?: number;
  readonly topics?: readonly string[];
  readonly newProducer?: string;
  /** Commits are answered. */
  readonly answers?: boolean;
  /** Of the producer that the coordinator knows, where it is not the one that begins. */
  readonly epoch?: number;
  /** The transaction that is open ends by itself before the producer begins. */
  readonly isAtWork?: boolean;
  /** What requests fail with at first, by name. */
  readonly failures?: Failures;
}

/** Brokers that are all one, and a log of what is asked of them. */
function fakeCluster({ hidden = [], unstable, brokerVersion = 0, losing = 0, ...world }: World) {
  const log: unknown[][] = [];
  const left = structuredClone({ open: world.open ?? [], losing, unstable, state: world.state });
  const failures = new Map(Object.entries(world.failures ?? {}).map(([name, some]) => [name, [...some]]));
  const request =
    (name: string, effect?: (args: { transactionResult: boolean }) => void) => (args: object) => {
      const failure = failures.get(name)?.shift();
      if (failure) return Promise.reject(failure);
      log.push([name, args]);
      effect?.(args as { transactionResult: boolean });
      return Promise.resolve();
    };
  class Broker {
    readonly versions = { [DESCRIBE_TRANSACTIONS]: { maxVersion: brokerVersion } };
    readonly addPartitionsToTxn = request('partitions');
    readonly addOffsetsToTxn = request('offsets');
    readonly endTxn = request('end', ({ transactionResult }) => {
      left.state = transactionResult ? 'CompleteCommit' : 'CompleteAbort';
      if (left.losing-- > 0) return;
      left.open = [];
      if (left.unstable === 'ours') left.unstable = undefined;
    });

    groupPosition = () =>
      left.unstable ? Promise.reject(protocolError('UNSTABLE_OFFSET_COMMIT')) : Promise.resolve({});

    async [SEND]({ request: { apiKey } }: { request: { apiKey: number } }): Promise<unknown> {
      if (apiKey !== DESCRIBE_PRODUCERS) {
        return left.state === undefined
          ? []
          : [{ state: left.state, producerId: PRODUCER, producerEpoch: world.epoch ?? 1 }];
      }
      await request('look')({});
      const partitions = [0, 1, 2].map((partition) => ({
        partition,
        errorCode: hidden.includes(partition) ? HIDDEN : 0,
        producers: left.open.includes(partition) && !hidden.includes(partition) ? [PRODUCER, '8'] : ['9'],
      }));
      return [{ topic: 'out', partitions }];
    }
  }
  const asked: string[] = [];
  const cluster = {
    retrier: stock<(options: object) => unknown>('kafkajs/src/retry/index.js')({
      ...{ retries: 2, initialRetryTime: 1, factor: 0, multiplier: 1, maxRetryTime: 1 },
    }),
    targetTopics: new Set(['before']),
    addMultipleTargetTopics: (topics: readonly string[]) => {
      for (const topic of topics) cluster.targetTopics.add(topic);
      if (topics.includes('missing')) return Promise.reject(protocolError('UNKNOWN_TOPIC_OR_PARTITION'));
      return topics.includes('headless')
        ? Promise.reject(protocolError('LEADER_NOT_AVAILABLE'))
        : Promise.resolve();
    },
    findTopicPartitionMetadata: (topic: string) => {
      asked.push(topic);
      return [0, 1, 2].map((partitionId) => ({ partitionId }));
    },
    findLeaderForPartitions: (_: string, partitions: number[]) => ({ 1: partitions }),
    brokerPool: { brokers: {} },
    findBroker: () => Promise.resolve(new Broker()),
    findGroupCoordinator: () => Promise.resolve(new Broker()),
  };
  return { Broker, cluster, log, asked, left };
}

interface Begun {
  readonly transactions: { readonly commit: () => Promise<void> };
  readonly scope: TransactionScope;
  readonly left: { state: string | undefined };
}

/** A producer's first transaction, and what it makes the brokers do; again in the same process where it fails. */
async function begin(world: World, times = 1, afterwards?: (one: Begun) => unknown) {
  const { Broker, cluster, log, asked, left } = fakeCluster(world);
  const lost: Omit<LostMarkers, 'transactionalId'>[] = [];
  const bookkeeping = () => ({
    getProducerId: () => world.newProducer ?? PRODUCER,
    getProducerEpoch: () => 1,
    commit: () => (world.answers ? Promise.resolve() : Promise.reject(new Error('no answer'))),
    initProducerId: () => {
      log.push(['begin']);
      left.state = 'Empty';
      if (world.isAtWork) left.open = [];
      return Promise.resolve();
    },
  });
  const cache = { [TRANSACTIONS]: { exports: bookkeeping as (_: object) => ReturnType<typeof bookkeeping> } };
  const modules = (path: string) =>
    path === BROKER ? Broker : path === TRANSACTIONS ? bookkeeping : installed(path);
  installLostMarkers(Object.assign(modules, { cache, resolve: (path: string) => path }) as never);
  const transactionalId = `id-${String(++lastId)}`;
  const scope = {
    topics: world.topics ?? ['out'],
    groupId: 'g',
    ...(world.hasPosition !== false && { position: POSITION }),
    onLostMarkers: ({ outcome, partitions }: LostMarkers) => void lost.push({ outcome, partitions }),
  };
  const create = cache[TRANSACTIONS].exports;
  const failures: unknown[] = [];
  for (let time = 0; time < times; time++) {
    const made: ReturnType<typeof bookkeeping>[] = [];
    const begun = withScope(scope, () => {
      made.push(create({ cluster, transactionalId }));
      return (made[0] as ReturnType<typeof bookkeeping>).initProducerId();
    });
    await begun.catch((error: unknown) => failures.push(error));
    for (const transactions of made) await afterwards?.({ transactions, scope, left });
  }
  const names = log.map(([name]) => name);
  const requests = log.filter(([name]) => name !== 'look' && name !== 'begin');
  const asId = (args: unknown) => ({ ...(args as object), transactionalId: 'id' });
  return {
    ...{ names, lost, failures, asked: new Set(asked), targets: [...cluster.targetTopics] },
    requests: requests.map(([name, args]) => [name, asId(args)]),
  };
}

const open = (...partitions: number[]) => ['partitions', { ...AT, topics: [{ topic: 'out', partitions }] }];
const offsets = ['offsets', { ...AT, groupId: 'g' }];
const end = (isCommit: boolean) => ['end', { ...AT, transactionResult: isCommit }];

it.each([
  ['the id is new', {}],
  ['the brokers cannot tell', { state: 'CompleteAbort', open: [1], brokerVersion: -1 }],
  ['the last transaction was committed everywhere', { state: 'CompleteCommit' }],
  ['it was aborted everywhere', { state: 'CompleteAbort' }],
  ['nothing was written, and nobody may look', { state: 'Empty', hidden: [0, 1, 2] }],
  ['it was committed, and nobody may look', { state: 'CompleteCommit', hidden: [0, 1, 2] }],
  ['the id has another producer now', { state: 'CompleteAbort', open: [1], newProducer: '70' }],
])('a producer only begins where %s', async (_, world) => {
  const { names, requests, lost, failures } = await begin(world);
  expect(names).toContain('begin');
  expect([requests, lost, failures]).toEqual([[], [], []]);
});

it.each([
  ['CompleteCommit', 'committed'],
  ['CompleteAbort', 'aborted'],
  ['Ongoing', 'aborted'],
  ['Empty', 'aborted'],
])('where the last transaction (%s) is still open it is %s', async (state, outcome) => {
  const { requests, lost, names } = await begin({ state, open: [0, 2] });
  expect(requests).toEqual([open(0, 2), offsets, end(outcome === 'committed')]);
  expect(names.filter((name) => name === 'begin')).toHaveLength(1);
  expect(lost).toEqual([{ outcome, partitions: 2 }]);
});

it('what it ended as is asked before beginning, which makes the coordinator forget it', async () => {
  const { names } = await begin({ state: 'CompleteCommit', open: [0] });
  expect(names.slice(0, 4)).toEqual(['look', 'begin', 'look', 'partitions']);
});

it('a former owner that was at work meanwhile has lost nothing', async () => {
  const { requests, lost } = await begin({ state: 'CompleteCommit', open: [1], isAtWork: true });
  expect([requests, lost]).toEqual([[], []]);
});

it('without positions none are ended', async () => {
  const { requests } = await begin({ state: 'CompleteAbort', open: [0], hasPosition: false });
  expect(requests).toEqual([open(0), end(false)]);
});

describe('a commit that is not answered', () => {
  const unanswered = async ({ transactions, left }: Begun) => {
    await expect(transactions.commit()).rejects.toThrow('no answer');
    left.state = 'Ongoing';
  };

  it('is asked for again by whoever has the scope', async () => {
    const again = ({ scope }: Begun) => askToCommit(scope);
    expect((await begin({ state: 'Empty' }, 1, again)).requests).toEqual([end(true)]);
    const failures = { end: [protocolError('INVALID_TXN_STATE')] };
    await expect(begin({ state: 'Empty', failures }, 1, again)).rejects.toThrow('INVALID_TXN_STATE');
  });

  it('is asked for before the next producer begins, which would abort it', async () => {
    const { requests, names } = await begin({ state: 'Empty' }, 2, unanswered);
    expect(requests).toEqual([end(true)]);
    expect(names.filter((name) => name !== 'look')).toEqual(['begin', 'end', 'begin']);
  });

  it('is not asked for where another producer has begun since', async () => {
    expect((await begin({ state: 'Empty', epoch: 2 }, 2, unanswered)).requests).toEqual([]);
  });

  it('is not asked for once it was answered', async () => {
    const answered = async (one: Begun) => {
      await unanswered(one);
      await askToCommit(one.scope);
      one.left.state = 'Ongoing';
    };
    expect((await begin({ state: 'Empty' }, 2, answered)).requests).toEqual([end(true), end(true)]);
  });
});

it('a transaction is not committed because the one before was', async () => {
  const another = async ({ transactions, left }: Begun) => {
    await transactions.commit();
    left.state = 'Ongoing';
  };
  expect((await begin({ state: 'Empty', answers: true }, 2, another)).requests).toEqual([]);
});

it('nothing is committed for a scope that nothing was begun with', () => {
  const scope = { topics: [], groupId: 'g', onLostMarkers: () => undefined };
  expect(() => askToCommit(scope)).toThrow('no transaction was begun');
});

describe('a position that stays unstable', () => {
  it('is ended though no record is open', async () => {
    const { requests, lost } = await begin({ state: 'CompleteCommit', unstable: 'ours' });
    expect(requests).toEqual([offsets, end(true)]);
    expect(lost).toEqual([{ outcome: 'committed', partitions: 0 }]);
  });

  it('and is moved by the producer of another partition is left to that', async () => {
    const { requests, lost, failures } = await begin({ state: 'CompleteCommit', unstable: 'others' });
    expect(requests).toEqual([offsets, end(true)]);
    expect([lost, failures]).toEqual([[], []]);
  });
});

describe('where nobody may look', () => {
  it('what was aborted is aborted blindly, and nothing said of it', async () => {
    const { requests, lost } = await begin({ state: 'CompleteAbort', hidden: [1] });
    expect(requests).toEqual([open(1), offsets, end(false)]);
    expect(lost).toEqual([]);
  });

  it('what was committed is committed blindly when the position tells that its end was lost', async () => {
    const { requests } = await begin({ state: 'CompleteCommit', hidden: [1], unstable: 'ours' });
    expect(requests).toEqual([open(1), offsets, end(true)]);
  });
});

describe('an end', () => {
  it('that is lost again is given again, but not for ever', async () => {
    const world = { state: 'CompleteAbort', open: [1] };
    expect((await begin({ ...world, losing: 2 })).failures).toEqual([]);
    const { lost, failures } = await begin({ ...world, losing: 9 });
    expect(lost).toHaveLength(3);
    expect(failures).toEqual([expect.objectContaining({ name: 'LostMarkersError' })]);
  });

  it('is given again from its beginning when a request of it fails, and the producer begun anew', async () => {
    const { requests, names } = await begin({
      ...{ state: 'CompleteCommit', open: [1] },
      failures: {
        end: [protocolError('NOT_COORDINATOR_FOR_GROUP', true)],
        offsets: [protocolError('CONCURRENT_TRANSACTIONS')],
      },
    });
    expect(requests).toEqual([open(1), open(1), offsets, open(1), offsets, end(true)]);
    expect(names.at(-1)).toBe('begin');
  });

  it('that could not be given after beginning is given by the next beginning, as it was', async () => {
    const gone = () => protocolError('INVALID_TXN_STATE');
    const world = { state: 'CompleteCommit', open: [1], failures: { partitions: [gone()] } };
    const { lost, failures } = await begin(world, 2);
    expect(failures).toHaveLength(1);
    expect(lost).toEqual([{ outcome: 'committed', partitions: 1 }]);
  });
});

it('a broker that cannot be asked is asked again, after a look at who leads', async () => {
  const failures = { look: [protocolError('NOT_LEADER_FOR_PARTITION', true)] };
  const { lost } = await begin({ state: 'CompleteAbort', open: [1], failures });
  expect(lost).toEqual([{ outcome: 'aborted', partitions: 1 }]);
});

it.each(['Ongoing', 'CompleteCommit'])(
  'nothing begins while a partition has no leader (%s)',
  async (state) => {
    const { names, failures } = await begin({ state, topics: ['out', 'headless'] });
    expect(names).toEqual([]);
    expect(String(failures)).toContain('LEADER_NOT_AVAILABLE');
  },
);

it('a topic that is not there is passed over, and none stays among those that are refreshed', async () => {
  const { lost, asked, targets } = await begin({
    ...{ state: 'CompleteAbort', open: [1], topics: ['missing', 'out'] },
  });
  expect(lost).toEqual([{ outcome: 'aborted', partitions: 1 }]);
  expect(asked).toEqual(new Set(['out']));
  expect(targets).toEqual(['before']);
});

it('a producer that kafkajs begins later than at once is refused', () => {
  const scope = { topics: [], groupId: 'g', onLostMarkers: () => undefined };
  expect(() => withScope(scope, () => Promise.resolve())).toThrow('in another way');
});
