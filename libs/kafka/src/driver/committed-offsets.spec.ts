import { describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { CommittedOffsets } from './committed-offsets.js';
import { kafkajs } from './kafkajs.js';

const WHERE = { topic: 't', partition: 1 };
const CREATE_CLUSTER = Symbol('private:Kafka:createCluster');

function setUp(offset: string) {
  const calls: string[] = [];
  const failures: (Error | undefined)[] = [];
  const answer = <T>(name: string, value: T): Promise<T> => {
    calls.push(name);
    const failure = failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve(value);
  };
  const admin = {
    connect: () => answer('connect', undefined),
    disconnect: () => answer('disconnect', undefined),
    fetchOffsets: ({ groupId, topics }: { groupId: string; topics: string[] }) =>
      answer(`offsets ${groupId} ${topics.join()}`, [
        {
          topic: 't',
          partitions: [
            { partition: 0, offset: '99' },
            { partition: 1, offset },
          ],
        },
      ]),
    fetchTopicOffsets: (topic: string) => answer(`ends ${topic}`, [{ partition: 1, low: '3', high: '7' }]),
  };
  const offsets = new CommittedOffsets({ admin: () => admin } as unknown as Kafka, 'g');
  return { calls, failures, offsets };
}

describe('committed offsets', () => {
  it.each([
    ['0', 0n],
    ['9007199254740993', 9007199254740993n],
    ['-1', undefined],
    ['-2', undefined],
  ])('of %s are read as %s', async (stored, read) => {
    const { calls, offsets } = setUp(stored);
    expect(await offsets.read(WHERE)).toBe(read);
    expect(calls).toEqual(['connect', 'offsets g t']);
  });

  it('of a partition that is not listed are none', async () => {
    expect(await setUp('5').offsets.read({ topic: 't', partition: 2 })).toBeUndefined();
  });

  it('and the range of a partition are read over one connection', async () => {
    const { calls, offsets } = setUp('5');
    await offsets.read(WHERE);
    expect(await offsets.range(WHERE)).toEqual({ low: 3n, high: 7n });
    expect(calls).toEqual(['connect', 'offsets g t', 'ends t']);
  });

  it('have no range in a partition that a new connection does not know either', async () => {
    const { calls, offsets } = setUp('5');
    await expect(offsets.range({ topic: 't', partition: 9 })).rejects.toThrow('not known');
    expect(calls).toEqual(['connect', 'ends t', 'disconnect', 'connect', 'ends t']);
  });

  it('are asked for over a new connection after a failure', async () => {
    const { calls, failures, offsets } = setUp('5');
    failures.push(undefined, new Error('the broker is gone'));
    await expect(offsets.read(WHERE)).rejects.toThrow('the broker is gone');
    expect(await offsets.read(WHERE)).toBe(5n);
    expect(calls).toEqual(['connect', 'offsets g t', 'disconnect', 'connect', 'offsets g t']);
  });

  it('give up a connection that could not be made', async () => {
    const { calls, failures, offsets } = setUp('5');
    failures.push(new Error('no broker'));
    await expect(offsets.read(WHERE)).rejects.toThrow('no broker');
    expect(calls).toEqual(['connect', 'disconnect']);
    await offsets.close();
    expect(calls).toHaveLength(2);
  });
});

/** A client whose connections answer one after the other: with a position, an error, or that they have none. */
function stableSetUp(answers: readonly (bigint | undefined | Error)[]) {
  const calls: string[] = [];
  const left = [...answers];
  class Client {
    readonly [CREATE_CLUSTER] = () => ({
      connect: () => Promise.resolve(void calls.push('connect')),
      disconnect: () => Promise.resolve(void calls.push('disconnect')),
      findGroupCoordinator: ({ groupId }: { groupId: string }) =>
        Promise.resolve({
          stableOffset: (...asked: unknown[]) => {
            calls.push([groupId, ...asked].join(' '));
            const answer = left.shift();
            return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
          },
        }),
    });
  }
  Object.setPrototypeOf(Client.prototype, kafkajs.Kafka.prototype);
  return { calls, offsets: new CommittedOffsets(new Client() as unknown as Kafka, 'g') };
}

describe('a stable offset', () => {
  const unstable = () => Object.assign(new Error('pending'), { type: 'UNSTABLE_OFFSET_COMMIT' });

  it.each([[5n], [undefined]])('of %s is read from the coordinator', async (offset) => {
    const { calls, offsets } = stableSetUp([offset]);
    expect(await offsets.readStable(WHERE)).toBe(offset);
    expect(calls).toEqual(['connect', 'g g t 1']);
  });

  it('is waited for while a transaction is open', async () => {
    const { calls, offsets } = stableSetUp([unstable(), unstable(), 7n]);
    expect(await offsets.readStable(WHERE)).toBe(7n);
    expect(calls).toEqual(['connect', 'g g t 1', 'g g t 1', 'g g t 1']);
  });

  it('is given up when the transaction stays open', async () => {
    const { offsets } = stableSetUp(Array.from({ length: 20 }, unstable));
    await expect(offsets.readStable(WHERE)).rejects.toMatchObject({ type: 'UNSTABLE_OFFSET_COMMIT' });
  });

  it('is asked for over a new connection after a failure', async () => {
    const { calls, offsets } = stableSetUp([new Error('the broker is gone'), 5n]);
    await expect(offsets.readStable(WHERE)).rejects.toThrow('the broker is gone');
    expect(await offsets.readStable(WHERE)).toBe(5n);
    expect(calls).toEqual(['connect', 'g g t 1', 'disconnect', 'connect', 'g g t 1']);
    await offsets.close();
    expect(calls.at(-1)).toBe('disconnect');
  });
});
