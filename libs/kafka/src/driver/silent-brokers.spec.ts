import { beforeEach, describe, expect, it } from '@jest/globals';
import { forgetSilent, installSilentBrokers } from './silent-brokers.js';

type Require = Parameters<typeof installSilentBrokers>[0];

const silence = Object.assign(new Error('timed out'), { name: 'KafkaJSRequestTimeoutError', broker: 'b1:1' });
const refusal = Object.assign(new Error('refused'), { name: 'KafkaJSConnectionError' });
const rebalance = Object.assign(new Error('rebalance'), { name: 'KafkaJSProtocolError' });

/** A member of a group whose coordinator is b1, and soon b2, with stock methods that fail as they are told. */
class FakeGroup {
  said: string[] = [];
  fails: { heartbeat?: Error; ping?: Error } = {};
  groupId = 'g';
  coordinator: object = { name: 'b1' };
  readonly brokers: Record<string, unknown> = {
    1: this.broker('b1', 1),
    2: this.broker('b2', 2),
  };
  readonly cluster = {
    brokerPool: { brokers: this.brokers },
    removeBroker: ({ host }: { host: string }) => this.said.push(`forget ${host}`),
    refreshMetadata: () => Promise.resolve(void this.said.push('refresh')),
    findGroupCoordinator: () => Promise.resolve({ name: 'b2', findGroupCoordinator: () => this.ping() }),
  };

  private broker(host: string, port: number) {
    const disconnect = () => Promise.resolve(void this.said.push(`disconnect ${host}`));
    return { connectionPool: { host, port }, disconnect };
  }

  private ping(): Promise<void> {
    this.said.push('ping');
    return this.fails.ping ? Promise.reject(this.fails.ping) : Promise.resolve();
  }
}

class StockGroup extends FakeGroup {
  heartbeat(): Promise<void> {
    return this.fails.heartbeat ? Promise.reject(this.fails.heartbeat) : Promise.resolve();
  }
  joinAndSync(): Promise<void> {
    this.said.push('join');
    return Promise.resolve();
  }
  recoverFromFetch(error: Error): Promise<void> {
    this.said.push('stock recovery');
    return Promise.reject(error);
  }
}

describe('a broker that falls silent', () => {
  let group: StockGroup;

  beforeEach(() => {
    class Group extends StockGroup {}
    const stock = Object.getOwnPropertyDescriptors(StockGroup.prototype);
    Object.defineProperties(Group.prototype, { ...stock, constructor: { value: Group } });
    installSilentBrokers((() => Group) as unknown as Require);
    group = new Group();
  });

  it('is forgotten and disconnected, and no other one is', () => {
    forgetSilent(group.cluster as never, silence);
    expect(group.said).toEqual(['forget b1', 'disconnect b1']);
  });

  it.each([refusal, rebalance])('is not what other errors mean', (error) => {
    forgetSilent(group.cluster as never, error);
    expect(group.said).toEqual([]);
  });

  it.each([silence, refusal])(
    'is no longer the coordinator after the first heartbeat it misses',
    async (error) => {
      group.fails.heartbeat = error;
      await expect(group.heartbeat()).rejects.toBe(error);
      expect(group.coordinator).toMatchObject({ name: 'b2' });
    },
  );

  it('leaves the coordinator alone when it is the group that rebalances', async () => {
    group.fails.heartbeat = rebalance;
    await expect(group.heartbeat()).rejects.toBe(rebalance);
    expect(group.coordinator).toEqual({ name: 'b1' });
  });

  it('is noticed before a join waits for it', async () => {
    group.fails.ping = silence;
    await expect(group.joinAndSync()).rejects.toBe(silence);
    expect(group.said).toEqual(['ping', 'forget b1', 'disconnect b1']);
  });

  it('delays no join when it is there', async () => {
    await group.joinAndSync();
    expect(group.said).toEqual(['ping', 'join']);
  });

  it('is asked for nothing any more once a fetch was not answered', async () => {
    await group.recoverFromFetch(silence);
    expect(group.said).toEqual(['forget b1', 'disconnect b1', 'refresh']);
  });

  it('leaves every other failed fetch to kafkajs', async () => {
    await expect(group.recoverFromFetch(rebalance)).rejects.toBe(rebalance);
    expect(group.said).toEqual(['stock recovery']);
  });

  it('cannot be noticed in a kafkajs of another shape', () => {
    const install = (module: object) => () => {
      installSilentBrokers((() => module) as unknown as Require);
    };
    expect(install({})).toThrow('is not the class it was');
    expect(install({ prototype: { heartbeat: () => undefined } })).toThrow('is not the class it was');
  });
});
