import { afterEach, expect, it, jest } from '@jest/globals';
import { ReplayKeys, TopicLimits, TransactionalProducer, type OutgoingRecord } from '@pipeline/kafka';
import type { LetterPosition } from '../dead-letters/letter.js';
import type { Order } from './operation.js';
import { OperationJob, type JobParts } from './operation-job.js';
import { OperationsState } from './operations-state.js';

afterEach(() => void jest.restoreAllMocks());

const OPTIONS = {
  group: 'g',
  runner: 'me',
  topics: ['in', 'dlq-parking', 'o'],
  requestTimeoutMs: 1_000,
  rules: { targets: ['in'], parking: 'dlq-parking', dlq: 'dlq', maxReplays: 3 },
};
const ORDER: Order = {
  ...{ id: 'abcdef01', kind: 'replay', actor: 'anna', createdAt: Date.now(), total: 5, rate: 10_000 },
  ...{ target: 'in', filter: null, ends: [], before: null, wish: 'run' },
  selection: [0, 1, 2, 3, 4].map((offset) => ({ partition: 0, offset })),
};

/** One job over letters of which `most` are enough for one answer. */
function jobOf({ most = 100, commit = () => Promise.resolve() } = {}) {
  const state = new OperationsState();
  state.apply({ is: 'order', order: ORDER }, true);
  const written: (readonly OutgoingRecord[])[] = [];
  const producer = {
    commitRecords: async (
      write: (send: (records: readonly OutgoingRecord[]) => unknown) => Promise<void>,
    ) => {
      await commit();
      await write((records) => Promise.resolve(void written.push(records)));
    },
    close: () => Promise.resolve(),
  };
  const open = jest
    .spyOn(TransactionalProducer, 'open')
    .mockResolvedValue(producer as unknown as TransactionalProducer);
  const ask = (_: string, positions: readonly LetterPosition[]) => {
    const letters = positions
      .slice(0, most)
      .map((position) => ({ ...position, timestamp: 0, key: null, value: Buffer.from('x'), headers: [] }));
    return Promise.resolve({ letters, left: positions.length - letters.length });
  };
  const encode = ({ is }: { is: string }) =>
    ({ topic: 'o', key: Buffer.from(is), value: null, headers: [], partitionBy: 'source' }) as unknown;
  const keys = new ReplayKeys('g');
  keys.add('abcdef01', Buffer.alloc(32));
  const parts = {
    ...{ kafka: {}, state, letters: { ask }, keys, limits: new TopicLimits(), onDone: () => undefined },
    log: { encode, caughtUp: () => Promise.resolve(), settledKey: () => Promise.resolve() },
  } as unknown as JobParts;
  const job = new OperationJob(ORDER.id, OPTIONS, parts);
  const warn = jest.spyOn(job['logger'], 'warn').mockReturnValue();
  jest.spyOn(job as unknown as { missing(): Promise<undefined> }, 'missing').mockResolvedValue(undefined);
  const letters = () => written.map((some) => some.filter(({ topic }) => topic === 'in').length);
  return { job, warn, open, letters, progress: () => state.get(ORDER.id)?.progress };
}

const NEVER = new AbortController().signal;

it('writes letters and progress together, until nothing is left', async () => {
  const { job, letters, progress } = jobOf();
  expect(await job.run(NEVER)).toBe('ended');
  expect(letters()).toEqual([5, 0]);
  expect(progress()).toMatchObject({ replayed: 5, refused: 0, ended: 'done', runner: 'me' });
});

it('goes on behind the last letter that was handed out, where they are too large for one transaction', async () => {
  const { job, letters, progress } = jobOf({ most: 2 });
  expect(await job.run(NEVER)).toBe('ended');
  expect(letters()).toEqual([2, 2, 1, 0]);
  expect(progress()).toMatchObject({ replayed: 5, refused: 0, cursor: { partition: 0, offset: 4 } });
});

it('is lost to whoever takes its transactional id, without another try', async () => {
  const fenced = Object.assign(new Error('fenced'), { type: 'INVALID_PRODUCER_EPOCH' });
  const { job, warn, open, letters, progress } = jobOf({ commit: () => Promise.reject(fenced) });
  expect(await job.run(NEVER)).toBe('lost');
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('taken by another instance'));
  expect(open).toHaveBeenCalledTimes(1);
  expect(letters()).toEqual([]);
  expect(progress()).toBeUndefined();
});

it('begins anew after any other failure, reads how far it is, and once more when all is done', async () => {
  let tries = 0;
  const commit = () => (++tries === 2 ? Promise.reject(new Error('broker away')) : Promise.resolve());
  const { job, open, letters, progress } = jobOf({ most: 3, commit });
  expect(await job.run(NEVER)).toBe('ended');
  expect(open).toHaveBeenCalledTimes(3);
  expect(letters()).toEqual([3, 2, 0]);
  expect(progress()).toMatchObject({ replayed: 5, ended: 'done' });
});
