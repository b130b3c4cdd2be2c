import { describe, expect, it } from '@jest/globals';
import {
  committedBy,
  GroupTransactionsUnsupportedError,
  installGroupTransactions,
  type GroupBroker,
} from './group-transactions.js';
import './kafkajs.js';
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
  const modules = (path: string) => (path === BROKER ? Broker : installed(path));
  installGroupTransactions(modules as unknown as NodeJS.Require);
  const broker = new Broker();
  return { broker: broker as unknown as Extended, sent };
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
    expect(await broker.groupPosition('g', 't', 2)).toEqual({ offset: read, checksMembers: true });
    expect(sent[0]).toMatchObject({ apiKey: OFFSET_FETCH, apiVersion: 7 });
    expect(await bytesOf(sent[0])).toBe('00 0267 02 0274 02 00000002 00 01 00'.replaceAll(' ', ''));
  });

  it.each([
    ['of the partition', '00 00000000 02 0274 02 00000002 ffffffffffffffff ffffffff 00 0058 00 00 0000 00'],
    ['of the group', '00 00000000 01 0058 00'],
  ])('fails with the error %s', async (_, answer) => {
    const { broker } = setUp(answer);
    await expect(broker.groupPosition('g', 't', 2)).rejects.toMatchObject({ type: 'UNSTABLE_OFFSET_COMMIT' });
  });

  it('comes from a broker that takes late positions, too, which is told', async () => {
    const { broker } = setUp(
      '00 00000000 02 0274 02 00000002 0000000000000005 ffffffff 00 0000 00 00 0000 00',
      {
        [TXN_OFFSET_COMMIT]: { maxVersion: 3 },
      },
    );
    expect(await broker.groupPosition('g', 't', 2)).toEqual({ offset: 5n, checksMembers: false });
  });

  it('cannot be asked of a broker older than Kafka 2.5', async () => {
    const { broker } = setUp('', { [OFFSET_FETCH]: { maxVersion: 6 } });
    await expect(broker.groupPosition('g', 't', 2)).rejects.toThrow(GroupTransactionsUnsupportedError);
  });
});

it('kafkajs with another class of brokers is refused', () => {
  const modules = (path: string) => (path === BROKER ? { prototype: {} } : installed(path));
  expect(() => installGroupTransactions(modules as unknown as NodeJS.Require)).toThrow(
    'not the class it was',
  );
});
