import { describe, expect, it } from '@jest/globals';
import type { GroupMembership } from './codec/group-requests.js';
import { gateFetches, GROUP_GENERATION, installGroupGeneration } from './group-generation.js';
import { kafkajs } from './kafkajs.js';

const some = () => undefined;

/** A member of a group, and what happens to it in its order. */
function setUp() {
  const log: unknown[] = [];
  const told: GroupMembership[] = [];
  class ConsumerGroup {
    readonly offsetManager = { memberId: 'm-1', generationId: 6 };
    readonly generationId = 99;
    readonly instrumentationEmitter = {
      emit: (event: string, member: GroupMembership) => {
        log.push(event);
        told.push(member);
      },
    };
    joinAndSync(): Promise<void> {
      this.offsetManager.generationId++;
      log.push('joined');
      return Promise.resolve();
    }
    fetch(nodeId: number): Promise<string> {
      log.push('fetch');
      return Promise.resolve(`of ${String(nodeId)}`);
    }
  }
  const events: Record<string, string> = {};
  const modules = (path: string) => (path.includes('consumerGroup') ? ConsumerGroup : { events });
  installGroupGeneration(modules as unknown as NodeJS.Require);
  return { log, told, events, group: new ConsumerGroup() };
}

describe('a member of a group', () => {
  it('tells after each join of which generation it is', async () => {
    const { log, told, events, group } = setUp();
    await group.joinAndSync();
    await group.joinAndSync();
    expect(log).toEqual(['joined', GROUP_GENERATION, 'joined', GROUP_GENERATION]);
    expect(told.map(({ memberId, generationId }) => [memberId, generationId])).toEqual([
      ['m-1', 7],
      ['m-1', 8],
    ]);
    expect(Object.values(events)).toContain(GROUP_GENERATION);
  });

  it('fetches when its gate has opened', async () => {
    const { log, told, group } = setUp();
    await group.joinAndSync();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    gateFetches(told[0] as GroupMembership, () => promise);
    log.length = 0;
    const fetched = group.fetch(3);
    await new Promise(setImmediate);
    expect(log).toEqual([]);
    resolve(undefined);
    expect(await fetched).toBe('of 3');
  });

  it('fetches at once without one', async () => {
    const { group } = setUp();
    expect(await group.fetch(1)).toBe('of 1');
    await group.joinAndSync();
    expect(await group.fetch(2)).toBe('of 2');
  });

  it('is heard by whoever listens', () => {
    const consumer = new kafkajs.Kafka({ brokers: ['localhost:1'] }).consumer({ groupId: 'g' });
    const on = (consumer as unknown as { on: (event: string, listener: () => void) => void }).on;
    expect(() => on(GROUP_GENERATION, () => undefined)).not.toThrow();
  });

  it.each([
    ['events', { prototype: { joinAndSync: some, fetch: some } }],
    ['join', { events: {}, prototype: { fetch: some } }],
    ['fetch', { events: {}, prototype: { joinAndSync: some } }],
  ])('is refused where the installed kafkajs has no such %s', (_, module) => {
    expect(() => installGroupGeneration((() => module) as unknown as NodeJS.Require)).toThrow(
      'not what it was',
    );
  });
});
