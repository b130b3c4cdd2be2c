import { describe, expect, it, jest } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { DeadlineError } from '../abort.js';
import { DRIVER_DEADLINE_MS } from './driver-deadline.js';
import { kafkajs } from './kafkajs.js';
import { StableOffsets } from './stable-offsets.js';

const WHERE = { topic: 't', partition: 1 };
const CREATE_CLUSTER = Symbol('private:Kafka:createCluster');

/** A client whose connections answer one after the other: with a position, an error, or that they have none. */
function setUp(answers: readonly (bigint | undefined | Error | 'never')[]) {
  const calls: string[] = [];
  const left = [...answers];
  class Client {
    readonly [CREATE_CLUSTER] = () => ({
      connect: () => Promise.resolve(void calls.push('connect')),
      disconnect: () => Promise.resolve(void calls.push('disconnect')),
      addTargetTopic: () => Promise.resolve(),
      findGroupCoordinator: ({ groupId }: { groupId: string }) =>
        Promise.resolve({
          groupPosition: (...asked: unknown[]) => {
            calls.push([groupId, ...asked].join(' '));
            const answer = left.shift();
            if (answer === 'never') return new Promise<never>(() => undefined);
            return answer instanceof Error
              ? Promise.reject(answer)
              : Promise.resolve({ offset: answer, checksMembers: true });
          },
        }),
    });
  }
  Object.setPrototypeOf(Client.prototype, kafkajs.Kafka.prototype);
  return { calls, offsets: new StableOffsets(new Client() as unknown as Kafka, 'g') };
}

describe('a stable offset', () => {
  const unstable = () => Object.assign(new Error('pending'), { type: 'UNSTABLE_OFFSET_COMMIT' });

  it.each([[5n], [undefined]])('of %s is read from the coordinator', async (offset) => {
    const { calls, offsets } = setUp([offset]);
    expect(await offsets.read(WHERE)).toMatchObject({ offset: offset });
    expect(calls).toEqual(['connect', 'g g t 1']);
  });

  it('is waited for while a transaction is open', async () => {
    const { calls, offsets } = setUp([unstable(), unstable(), 7n]);
    expect(await offsets.read(WHERE)).toMatchObject({ offset: 7n });
    expect(calls).toEqual(['connect', 'g g t 1', 'g g t 1', 'g g t 1']);
  });

  it('is given up when the transaction stays open', async () => {
    const { offsets } = setUp(Array.from({ length: 20 }, unstable));
    await expect(offsets.read(WHERE)).rejects.toMatchObject({ type: 'UNSTABLE_OFFSET_COMMIT' });
  });

  it('is asked for over a new connection after a call that never ended', async () => {
    jest.useFakeTimers();
    try {
      const { calls, offsets } = setUp(['never', 5n]);
      const asked = expect(offsets.read(WHERE)).rejects.toThrow(DeadlineError);
      await jest.advanceTimersByTimeAsync(DRIVER_DEADLINE_MS);
      await asked;
      expect(await offsets.read(WHERE)).toMatchObject({ offset: 5n });
      expect(calls).toEqual(['connect', 'g g t 1', 'disconnect', 'connect', 'g g t 1']);
    } finally {
      jest.useRealTimers();
    }
  });

  it('is asked for over a new connection after a failure', async () => {
    const { calls, offsets } = setUp([new Error('the broker is gone'), 5n]);
    await expect(offsets.read(WHERE)).rejects.toThrow('the broker is gone');
    expect(await offsets.read(WHERE)).toMatchObject({ offset: 5n });
    expect(calls).toEqual(['connect', 'g g t 1', 'disconnect', 'connect', 'g g t 1']);
    await offsets.close();
    expect(calls.at(-1)).toBe('disconnect');
  });
});
