import { describe, expect, it } from '@jest/globals';
import './kafkajs.js';
import { installMemberId } from './member-id.js';
import { installed, stock } from './testing/stock.js';

type Require = Parameters<typeof installMemberId>[0];
interface ErrorClass {
  createErrorFromCode(code: number): Error;
}

const protocolErrors = installed<ErrorClass>('kafkajs/src/protocol/error.js');

/** Joins as the member whose id it has, or as a new one, as kafkajs does. */
function setUp() {
  let members = 0;
  class ConsumerGroup {
    generationId: number | null = null;
    memberId: string | null = null;
    reachable = true;
    synced = true;
    constructor(readonly cluster: object) {}

    heartbeat(): Promise<void> {
      return Promise.resolve();
    }

    joinAndSync(): Promise<void> {
      this.memberId ??= `member-${String(++members)}`;
      this.generationId = 1;
      return this.synced ? Promise.resolve() : Promise.reject(new Error('no assignment'));
    }

    leave(): Promise<void> {
      if (!this.reachable) return Promise.reject(new Error('no coordinator'));
      this.memberId = null;
      return Promise.resolve();
    }
  }
  installMemberId(((path: string) =>
    path.endsWith('error.js') ? protocolErrors : ConsumerGroup) as unknown as Require);
  return ConsumerGroup;
}

describe('the membership of a consumer', () => {
  it('that could not be left is taken up again by the next one', async () => {
    const ConsumerGroup = setUp();
    const cluster = {};
    const first = new ConsumerGroup(cluster);
    await first.joinAndSync();
    first.reachable = false;
    await expect(first.leave()).rejects.toThrow('no coordinator');
    const second = new ConsumerGroup(cluster);
    await second.joinAndSync();
    expect(second.memberId).toBe(first.memberId);
  });

  it('that was joined without getting an assignment is taken up, too', async () => {
    const ConsumerGroup = setUp();
    const cluster = {};
    const first = new ConsumerGroup(cluster);
    first.synced = false;
    await expect(first.joinAndSync()).rejects.toThrow('no assignment');
    const second = new ConsumerGroup(cluster);
    await second.joinAndSync();
    expect(second.memberId).toBe('member-1');
  });

  it('that was left is not, nor is that of another consumer', async () => {
    const ConsumerGroup = setUp();
    const cluster = {};
    const first = new ConsumerGroup(cluster);
    await first.joinAndSync();
    const other = new ConsumerGroup({});
    await other.joinAndSync();
    await first.leave();
    const second = new ConsumerGroup(cluster);
    await second.joinAndSync();
    expect([other.memberId, second.memberId]).toEqual(['member-2', 'member-3']);
  });

  it('that is none ends with its next heartbeat, so that the group is joined', async () => {
    const ConsumerGroup = setUp();
    const group = new ConsumerGroup({});
    await group.joinAndSync();
    await expect(group.heartbeat()).resolves.toBeUndefined();
    group.memberId = null;
    await expect(group.heartbeat()).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
  });

  it('that is none would go unnoticed without us', async () => {
    type Group = new (options: object) => { heartbeat(options: object): Promise<void> };
    const options = { retry: {}, topics: [], logger: { namespace: () => undefined } };
    const beats = (Class: Group) => new Class(options).heartbeat({ interval: 0 });
    const path = 'kafkajs/src/consumer/consumerGroup.js';
    await expect(beats(stock<Group>(path))).resolves.toBeUndefined();
    await expect(beats(installed<Group>(path))).rejects.toMatchObject({ type: 'REBALANCE_IN_PROGRESS' });
  });

  it('that the group does not know any more is begun anew', async () => {
    const ConsumerGroup = setUp();
    const group = new ConsumerGroup({});
    await group.joinAndSync();
    // As kafkajs does when the coordinator answers UNKNOWN_MEMBER_ID.
    group.memberId = null;
    await group.joinAndSync();
    expect(group.memberId).toBe('member-2');
  });
});

it('another kafkajs is refused', () => {
  const require = (() => () => undefined) as unknown as Require;
  expect(() => installMemberId(require)).toThrow('is not what it was');
});
