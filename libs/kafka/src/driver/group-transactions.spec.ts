import { describe, expect, it } from '@jest/globals';
import {
  committedBy,
  GROUP_GENERATION,
  GroupTransactionsUnsupportedError,
  installGroupTransactions,
  type GroupBroker,
} from './group-transactions.js';
import { kafkajs } from './kafkajs.js';
import { installed } from './testing/stock.js';

const BROKER = 'kafkajs/src/broker/index.js';
const SEND = Symbol('private:Broker:sendRequest');
const MEMBER = { memberId: 'm-1', generationId: 7 };
const [OFFSET_FETCH, TXN_OFFSET_COMMIT] = [9, 28];

interface Request {
  readonly apiKey: number;
  readonly apiVersion: number;
  encode(): Promise<{ readonly buffer: Buffer }>;
}
interface Exchange {
  readonly request: Request;
  readonly response: { decode(bytes: Buffer): Promise<object>; parse(answer: object): Promise<object> };
}

type Extended = GroupBroker & { txnOffsetCommit(commit: object): Promise<unknown> };

/** A broker that answers with these bytes, of the body in hexadecimal. */
function setUp(answer: string, versions: Record<number, { maxVersion: number }> = {}) {
  const sent: (Request | 'stock')[] = [];
  class Broker {
    readonly versions = {
      [OFFSET_FETCH]: { maxVersion: 9 },
      [TXN_OFFSET_COMMIT]: { maxVersion: 5 },
      ...versions,
    };

    async [SEND]({ request, response }: Exchange): Promise<object> {
      sent.push(request);
      return response.parse(await response.decode(Buffer.from(answer.replaceAll(' ', ''), 'hex')));
    }

    txnOffsetCommit(): Promise<object> {
      sent.push('stock');
      return Promise.resolve({});
    }
  }
  class ConsumerGroup {
    readonly memberId = 'm-1';
    readonly generationId = 7;
    readonly told: unknown[] = [];
    readonly instrumentationEmitter = { emit: (...event: unknown[]) => this.told.push(event) };
    joinAndSync(): Promise<void> {
      this.told.push('joined');
      return Promise.resolve();
    }
  }
  const events: Record<string, string> = {};
  const own: Record<string, unknown> = {
    [BROKER]: Broker,
    'kafkajs/src/consumer/instrumentationEvents.js': { events },
    'kafkajs/src/consumer/consumerGroup.js': ConsumerGroup,
  };
  installGroupTransactions(((path: string) => own[path] ?? installed(path)) as unknown as NodeJS.Require);
  const broker = new Broker();
  return { broker: broker as unknown as Extended, sent, group: new ConsumerGroup(), events };
}

const positions = () => [{ topic: 't', partitions: [{ partition: 2, offset: '513' }] }];
const commit = (topics = positions()) => ({
  ...{ transactionalId: 'id', groupId: 'g', producerId: '9', producerEpoch: 1 },
  topics,
});
const bytesOf = async (request: Request | 'stock' | undefined) =>
  request && request !== 'stock' ? (await request.encode()).buffer.toString('hex') : request;

describe('positions in a transaction', () => {
  it('of a member are committed with its id and generation', async () => {
    const { broker, sent } = setUp('00 00000000 02 0274 02 00000002 0000 00 00 00');
    const { topics, ...rest } = commit();
    await broker.txnOffsetCommit({ ...rest, topics: committedBy(MEMBER, topics) });
    expect(sent[0]).toMatchObject({ apiKey: TXN_OFFSET_COMMIT, apiVersion: 3 });
    const expected = [
      ...['00', '036964', '0267', '0000000000000009', '0001', '00000007', '046d2d31', '00'],
      ...['02', '0274', '02', '00000002', '0000000000000201', 'ffffffff', '01', '00', '00', '00'],
    ];
    expect(await bytesOf(sent[0])).toBe(expected.join(''));
  });

  it('fail as the group refuses them', async () => {
    const { broker } = setUp('00 00000000 02 0274 02 00000002 0016 00 00 00');
    const { topics, ...rest } = commit();
    const refused = broker.txnOffsetCommit({ ...rest, topics: committedBy(MEMBER, topics) });
    await expect(refused).rejects.toMatchObject({ type: 'ILLEGAL_GENERATION' });
  });

  it('of nobody in particular are committed as by kafkajs', async () => {
    const { broker, sent } = setUp('');
    await broker.txnOffsetCommit(commit());
    expect(sent).toEqual(['stock']);
  });

  it('of a member are not sent to a broker that would not look at it', async () => {
    const { broker, sent } = setUp('', { [TXN_OFFSET_COMMIT]: { maxVersion: 2 } });
    const { topics, ...rest } = commit();
    const refused = broker.txnOffsetCommit({ ...rest, topics: committedBy(MEMBER, topics) });
    await expect(refused).rejects.toThrow(GroupTransactionsUnsupportedError);
    expect(sent).toEqual([]);
  });
});

describe('the stable position of a group', () => {
  it.each([
    ['0000000000000201', 513n],
    ['0020000000000001', 9007199254740993n],
    ['ffffffffffffffff', undefined],
  ])('of %s is read as %s', async (offset, read) => {
    const { broker, sent } = setUp(
      `00 00000000 02 0274 02 00000002 ${offset} ffffffff 00 0000 00 00 0000 00`,
    );
    expect(await broker.stableOffset('g', 't', 2)).toBe(read);
    expect(sent[0]).toMatchObject({ apiKey: OFFSET_FETCH, apiVersion: 7 });
    expect(await bytesOf(sent[0])).toBe('00 0267 02 0274 02 00000002 00 01 00'.replaceAll(' ', ''));
  });

  it.each([
    ['of the partition', '00 00000000 02 0274 02 00000002 ffffffffffffffff ffffffff 00 0058 00 00 0000 00'],
    ['of the group', '00 00000000 01 0058 00'],
  ])('fails with the error %s', async (_, answer) => {
    const { broker } = setUp(answer);
    await expect(broker.stableOffset('g', 't', 2)).rejects.toMatchObject({ type: 'UNSTABLE_OFFSET_COMMIT' });
  });

  it('cannot be asked of a broker older than Kafka 2.5', async () => {
    const { broker } = setUp('', { [OFFSET_FETCH]: { maxVersion: 6 } });
    await expect(broker.stableOffset('g', 't', 2)).rejects.toThrow(GroupTransactionsUnsupportedError);
  });
});

describe('a member that has joined', () => {
  it('tells of which generation it is', async () => {
    const { group, events } = setUp('');
    await group.joinAndSync();
    expect(group.told).toEqual(['joined', [GROUP_GENERATION, MEMBER]]);
    expect(Object.values(events)).toContain(GROUP_GENERATION);
  });

  it('is heard by whoever listens', () => {
    const consumer = new kafkajs.Kafka({ brokers: ['localhost:1'] }).consumer({ groupId: 'g' });
    const on = (consumer as unknown as { on: (event: string, listener: () => void) => void }).on;
    expect(() => on(GROUP_GENERATION, () => undefined)).not.toThrow();
  });
});

describe('kafkajs of another shape', () => {
  it.each([
    ['class of brokers', BROKER, { prototype: {} }],
    ['list of events', 'kafkajs/src/consumer/instrumentationEvents.js', {}],
    ['member of a group', 'kafkajs/src/consumer/consumerGroup.js', {}],
  ])('without its %s is refused', (_, path, module) => {
    const modules = (asked: string) => (asked === path ? module : installed(asked));
    expect(() => installGroupTransactions(modules as unknown as NodeJS.Require)).toThrow('it was');
  });
});
