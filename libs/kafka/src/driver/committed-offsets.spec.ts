import { describe, expect, it } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { CommittedOffsets } from './committed-offsets.js';

const WHERE = { topic: 't', partition: 1 };

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
