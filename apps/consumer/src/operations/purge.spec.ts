import { expect, it } from '@jest/globals';
import type { Kafka } from '@pipeline/kafka';
import type { Order } from './operation.js';
import { OperationsUnavailableError } from './operations-log.js';
import { OperationsState, stateOf } from './operations-state.js';
import { purge } from './purge.js';

const ORDER: Order = {
  ...{ id: 'abcdef01', kind: 'purge', actor: 'anna', createdAt: Date.now(), total: 3, rate: 1, target: null },
  ...{ selection: null, filter: null, before: '2026-01-01T00:00:00.000Z', wish: 'run' },
  ends: [{ partition: 0, offset: 3 }],
};
const kafkaThat = (deleteTopicRecords: () => Promise<void>) =>
  ({
    admin: () => ({
      connect: () => Promise.resolve(),
      fetchTopicOffsets: () => Promise.resolve([]),
      fetchTopicOffsetsByTimestamp: () => Promise.resolve([{ partition: 0, offset: '3' }]),
      deleteTopicRecords,
      disconnect: () => Promise.resolve(),
    }),
  }) as unknown as Kafka;

it('is done when the letters are deleted, also where that cannot be written down', async () => {
  const state = new OperationsState();
  state.apply({ is: 'order', order: ORDER }, false);
  const log = { write: () => Promise.reject(new OperationsUnavailableError('too late', true)) };
  const kafka = kafkaThat(() => Promise.resolve());
  await purge(ORDER, { kafka, log, state, dlq: 'dlq', runner: 'me' });
  const known = state.get(ORDER.id);
  expect(known && stateOf(known)).toBe('done');
  expect(known?.progress).toMatchObject({ replayed: 3, ended: 'done' });
});

it('has not ended where Kafka does not do it: it is to be done again', async () => {
  const state = new OperationsState();
  state.apply({ is: 'order', order: ORDER }, true);
  const written: unknown[] = [];
  const log = { write: (facts: readonly unknown[]) => Promise.resolve(void written.push(...facts)) };
  const kafka = kafkaThat(() => Promise.reject(new Error('the broker is away')));
  await expect(purge(ORDER, { kafka, log, state, dlq: 'dlq', runner: 'me' })).rejects.toThrow('away');
  const known = state.get(ORDER.id);
  expect([known && stateOf(known), written]).toEqual(['running', []]);
});
