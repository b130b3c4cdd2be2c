import { expect, it, jest } from '@jest/globals';
import type { Letters } from '../dead-letters/letters.js';
import { Operations, type OperationsParts, type Request } from './operations.js';
import { OperationsUnavailableError } from './operations-log.js';
import { OperationsState } from './operations-state.js';

const RULES = { targets: ['in'], parking: 'dlq-parking', dlq: 'dlq', maxReplays: 3 };
const REQUEST: Request = { kind: 'replay', selection: null, filter: {}, target: null, rate: 500 };

const SURVEY = { letters: [{ topic: 'in', replayCount: 0, count: 3 }], gone: 0, sample: [] };

/** Answers of the index, by method. */
const INDEX = {
  ends: () => new Map([[0, 3]]),
  marks: () => 0 as number | undefined,
  survey: (() => SURVEY) as (choice: unknown) => object,
};

/** A Kafka in which all topics are there. */
const kafka = {
  admin: () => ({
    connect: () => Promise.resolve(),
    listTopics: () => Promise.resolve(['in', 'dlq', 'dlq-parking']),
    disconnect: () => Promise.resolve(),
  }),
};

type Write = OperationsParts['log']['write'];

/** One instance; what it writes comes back to it at once. */
function operationsOf({ write, index = {} }: { write?: Write; index?: Partial<typeof INDEX> } = {}) {
  const state = new OperationsState();
  const apply: Write = (facts) => {
    for (const fact of facts) state.apply(fact, true);
    return Promise.resolve();
  };
  const begun: string[] = [];
  const parts = {
    ...{ kafka, state, rules: RULES, log: { write: write ?? apply, readUpTo: 7 } },
    runner: { begin: (id: string) => begun.push(id) },
  } as unknown as OperationsParts;
  const answers: Record<string, (...args: readonly unknown[]) => unknown> = { ...INDEX, ...index };
  const letters = {
    ready: () => Promise.resolve(),
    ask: (method: string, ...args: readonly unknown[]) => Promise.resolve(answers[method]?.(...args)),
  } as unknown as Letters;
  return { state, begun, apply, operations: new Operations(parts, letters) };
}

it('says of an order that may have been written how to find out, so that nobody gives it twice', async () => {
  let id = '';
  const write: Write = ([fact]) => {
    if (fact?.is === 'order') id = fact.order.id;
    return Promise.reject(new OperationsUnavailableError('The operations topic cannot be used: late', true));
  };
  const { operations } = operationsOf({ write });
  const said = await operations.begin(REQUEST, 'anna').catch((error: unknown) => String(error));
  expect(id).not.toBe('');
  expect(said).toContain(`look for ${id} at /admin/operations before you try again`);
});

it('refuses a second replay by filter until the first has ended; others are free', async () => {
  const { operations } = operationsOf();
  const { id } = await operations.begin(REQUEST, 'anna');
  await expect(operations.begin(REQUEST, 'otto')).rejects.toThrow(`${id} by anna`);
  await operations.begin({ ...REQUEST, kind: 'park' }, 'otto');
  await operations.begin({ ...REQUEST, filter: null, selection: [{ partition: 0, offset: 1 }] }, 'otto');
  await operations.command(id, 'cancel');
  expect(await operations.begin(REQUEST, 'otto')).toMatchObject({ state: 'running' });
});

it('lets one of two replays by filter go on that are ordered at the same time: the first in the topic', async () => {
  const instance = operationsOf({
    // Somebody else's order gets into the topic a moment earlier.
    write: (facts) => {
      const [fact] = facts;
      const order = fact?.is === 'order' && fact.order.wish === 'run' ? fact.order : undefined;
      if (order)
        instance.state.apply({ is: 'order', order: { ...order, id: 'abcdef01', actor: 'anna' } }, true);
      return instance.apply(facts);
    },
  });
  await expect(instance.operations.begin(REQUEST, 'otto')).rejects.toThrow('abcdef01 by anna');
  expect(instance.begun).toEqual([]);
  expect(instance.operations.list().map(({ actor, state }) => [actor, state])).toEqual(
    expect.arrayContaining([
      ['anna', 'running'],
      ['otto', 'cancelled'],
    ]),
  );
});

it('does not guess which letters were replayed before', async () => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask'] });
  try {
    let marks: number | undefined;
    const { operations } = operationsOf({ index: { marks: () => marks } });
    const filter = { replayed: false };
    const refused = expect(operations.dryRun({ ...REQUEST, filter })).rejects.toThrow('not known yet');
    await jest.advanceTimersByTimeAsync(6_000);
    await refused;
    expect(await operations.dryRun(REQUEST)).toMatchObject({ count: 3 });
    // As far as the topic of operations has been read here.
    marks = 6;
    const known = operations.dryRun({ ...REQUEST, filter });
    await jest.advanceTimersByTimeAsync(500);
    marks = 7;
    await jest.advanceTimersByTimeAsync(500);
    expect(await known).toMatchObject({ count: 3 });
  } finally {
    jest.useRealTimers();
  }
});

it('takes a letter once that is selected twice', async () => {
  const survey = jest.fn(INDEX.survey);
  const { operations } = operationsOf({ index: { survey } });
  const one = { partition: 0, offset: 1 };
  await operations.dryRun({ ...REQUEST, filter: null, selection: [one, one] });
  expect(survey).toHaveBeenCalledWith({ selection: [one] });
});
