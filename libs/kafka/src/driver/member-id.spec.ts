import { describe, expect, it } from '@jest/globals';
import { installMemberId } from './member-id.js';

/** Joins as the member whose id it has, or as a new one, as kafkajs does. */
function setUp() {
  let members = 0;
  class ConsumerGroup {
    generationId: number | null = null;
    memberId: string | null = null;
    reachable = true;
    synced = true;
    constructor(readonly cluster: object) {}

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
  installMemberId((() => ConsumerGroup) as unknown as Parameters<typeof installMemberId>[0]);
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
  const require = (() => () => undefined) as unknown as Parameters<typeof installMemberId>[0];
  expect(() => installMemberId(require)).toThrow('is not what it was');
});
