import { expect, it } from '@jest/globals';
import { installLostMarkers, withScope, type LostMarkers } from './lost-markers.js';
import { TRANSACTIONS } from './known-coordinators.js';
import { installed } from './testing/stock.js';

const BROKER = 'kafkajs/src/broker/index.js';
const SEND = Symbol('private:Broker:sendRequest');
const [DESCRIBE_PRODUCERS, DESCRIBE_TRANSACTIONS] = [61, 65];
const PRODUCER = '7';
const TOPIC = { topic: 'out', partitions: 3 };
const POSITION = { topic: 'in', partition: 0 };

const protocolError = (type: string) => Object.assign(new Error(type), { type, retriable: false });

interface Given {
  /** Of the last transaction. */
  readonly state?: string;
  /** The partitions of `out` in which it is open. */
  readonly open?: readonly number[];
  readonly hidden?: readonly number[];
  readonly isUnstable?: boolean;
  readonly hasPosition?: boolean;
  /** So many ends are lost again. */
  readonly losing?: number;
  readonly brokerVersion?: number;
  readonly topics?: readonly string[];
}

/** A producer's first transaction, and what it makes the brokers do. */
async function begin(given: Given) {
  const { state, hidden = [], isUnstable = false, hasPosition = true, brokerVersion = 0, topics } = given;
  let [open, losing] = [given.open ?? [], given.losing ?? 0];
  const log: string[] = [];
  const lost: Omit<LostMarkers, 'transactionalId'>[] = [];
  const request = (name: string) => (args: object) => {
    const { topics: parts, transactionResult } = args as Record<string, unknown>;
    const details = parts ?? transactionResult;
    log.push(details === undefined ? name : `${name} ${JSON.stringify(details)}`);
    if (name === 'end' && losing-- <= 0) open = [];
    return Promise.resolve();
  };
  class Broker {
    readonly versions = { [DESCRIBE_TRANSACTIONS]: { maxVersion: brokerVersion } };
    readonly addPartitionsToTxn = request('partitions');
    readonly addOffsetsToTxn = request('offsets');
    readonly endTxn = request('end');

    groupPosition = () =>
      isUnstable ? Promise.reject(protocolError('UNSTABLE_OFFSET_COMMIT')) : Promise.resolve({});

    [SEND]({ request: { apiKey } }: { request: { apiKey: number } }): Promise<unknown> {
      if (apiKey !== DESCRIBE_PRODUCERS) {
        return Promise.resolve(state === undefined ? [] : [{ state, producerId: PRODUCER }]);
      }
      const partitions = Array.from({ length: TOPIC.partitions }, (_, partition) => ({
        partition,
        errorCode: hidden.includes(partition) ? 29 : 0,
        producers: open.includes(partition) && !hidden.includes(partition) ? [PRODUCER, '8'] : ['9'],
      }));
      return Promise.resolve([{ topic: TOPIC.topic, partitions }]);
    }
  }
  const cluster = {
    retry: { retries: 0 },
    refreshMetadata: () => Promise.resolve(),
    addMultipleTargetTopics: (some: readonly string[]) =>
      some.includes('missing')
        ? Promise.reject(protocolError('UNKNOWN_TOPIC_OR_PARTITION'))
        : some.includes('headless')
          ? Promise.reject(protocolError('LEADER_NOT_AVAILABLE'))
          : Promise.resolve(),
    findTopicPartitionMetadata: () => [0, 1, 2].map((partitionId) => ({ partitionId })),
    findLeaderForPartitions: (_: string, partitions: number[]) => ({ 1: partitions }),
    findBroker: () => Promise.resolve(new Broker()),
    findGroupCoordinator: () => Promise.resolve(new Broker()),
  };
  const stock = () => ({
    getProducerId: () => PRODUCER,
    getProducerEpoch: () => 1,
    initProducerId: () => Promise.resolve(void log.push('begin')),
  });
  const cache = { [TRANSACTIONS]: { exports: stock as (options: object) => ReturnType<typeof stock> } };
  const modules = (path: string) =>
    path === BROKER ? Broker : path === TRANSACTIONS ? stock : installed(path);
  installLostMarkers(Object.assign(modules, { cache, resolve: (path: string) => path }) as never);
  const scope = {
    topics: topics ?? [TOPIC.topic],
    groupId: 'g',
    ...(hasPosition && { position: POSITION }),
    onLostMarkers: ({ outcome, partitions }: LostMarkers) => void lost.push({ outcome, partitions }),
  };
  const create = cache[TRANSACTIONS].exports;
  const began = withScope('id', scope, async () => {
    await create({ cluster, transactionalId: 'id' }).initProducerId();
  });
  const failure = await began.then(() => undefined, String);
  return { log, lost, failure };
}

it.each([
  ['the id is new', {}],
  ['the brokers cannot tell', { state: 'CompleteAbort', open: [1], brokerVersion: -1 }],
  ['the last transaction was committed everywhere', { state: 'CompleteCommit' }],
  ['it was aborted everywhere', { state: 'CompleteAbort' }],
  ['nothing was written, and nobody may look', { state: 'Empty', hidden: [0, 1, 2] }],
  ['it was committed, and nobody may look', { state: 'CompleteCommit', hidden: [0, 1, 2] }],
])('a producer only begins where %s', async (_, given) => {
  expect(await begin(given)).toEqual({ log: ['begin'], lost: [], failure: undefined });
});

it.each([
  ['CompleteCommit', 'committed'],
  ['PrepareCommit', 'committed'],
  ['CompleteAbort', 'aborted'],
  ['PrepareAbort', 'aborted'],
  ['Ongoing', 'aborted'],
  ['Empty', 'aborted'],
])('where the last transaction (%s) is still open it is %s', async (state, outcome) => {
  const { log, lost } = await begin({ state, open: [0, 2] });
  const where = '[{"topic":"out","partitions":[0,2]}]';
  const end = `end ${String(outcome === 'committed')}`;
  expect(log).toEqual(['begin', `partitions ${where}`, 'offsets', end, 'begin']);
  expect(lost).toEqual([{ outcome, partitions: 2 }]);
});

it('without positions none are ended', async () => {
  const { log } = await begin({ state: 'CompleteAbort', open: [0], hasPosition: false });
  expect(log).not.toContain('offsets');
});

it('a position that stays unstable is ended though no record is open', async () => {
  const { log, lost } = await begin({ state: 'CompleteCommit', isUnstable: true });
  expect(log).toEqual(['begin', 'offsets', 'end true', 'begin']);
  expect(lost).toEqual([{ outcome: 'committed', partitions: 0 }]);
});

it('what was aborted is aborted blindly where nobody may look, and nothing said of it', async () => {
  const { log, lost } = await begin({ state: 'CompleteAbort', hidden: [1] });
  expect(log).toContain('partitions [{"topic":"out","partitions":[1]}]');
  expect(lost).toEqual([]);
});

it('an end that is lost again is given again, but not for ever', async () => {
  expect((await begin({ state: 'CompleteAbort', open: [1], losing: 2 })).failure).toBeUndefined();
  const { lost, failure } = await begin({ state: 'CompleteAbort', open: [1], losing: 9 });
  expect(lost).toHaveLength(3);
  expect(failure).toContain('lost 3 times');
});

it('nothing begins while a partition has no leader', async () => {
  const { log, failure } = await begin({ state: 'Ongoing', topics: ['out', 'headless'] });
  expect(log).toEqual([]);
  expect(failure).toContain('LEADER_NOT_AVAILABLE');
});

it('a topic that is not there is passed over', async () => {
  const { lost } = await begin({ state: 'CompleteAbort', open: [1], topics: ['missing', 'out'] });
  expect(lost).toEqual([{ outcome: 'aborted', partitions: 1 }]);
});
