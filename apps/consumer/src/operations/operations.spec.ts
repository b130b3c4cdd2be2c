import { expect, it } from '@jest/globals';
import type { Letters } from '../dead-letters/letters.js';
import { Operations, type OperationsParts, type Request } from './operations.js';
import { OperationsUnavailableError } from './operations-log.js';
import { OperationsState } from './operations-state.js';

const RULES = { targets: ['in'], parking: 'dlq-parking', dlq: 'dlq', maxReplays: 3 };
const REQUEST: Request = { kind: 'replay', selection: null, filter: {}, target: null, rate: 500 };

/** Answers of the index, by method. */
const lettersOf = (answers: object) =>
  ({
    ask: (method: string) => Promise.resolve((answers as Record<string, unknown>)[method]),
  }) as unknown as Letters;

const INDEX = {
  ends: new Map([[0, 3]]),
  state: { state: 'ready', indexed: 3, total: 3, problem: null },
  survey: { letters: [{ topic: 'in', replayCount: 0, count: 3 }], gone: 0, sample: [] },
};

/** A Kafka in which all topics are there. */
const kafka = {
  admin: () => ({
    connect: () => Promise.resolve(),
    listTopics: () => Promise.resolve(['in', 'dlq', 'dlq-parking']),
    disconnect: () => Promise.resolve(),
  }),
};

function operationsOf(write: OperationsParts['log']['write'], answers = {}) {
  const state = new OperationsState();
  const parts = { kafka, state, rules: RULES, log: { write }, runner: { begin: () => undefined } };
  return {
    state,
    operations: new Operations(parts as unknown as OperationsParts, lettersOf({ ...INDEX, ...answers })),
  };
}

it('says of an order that may have been written how to find out, so that nobody gives it twice', async () => {
  let id = '';
  const { operations } = operationsOf(([fact]) => {
    if (fact?.is === 'order') id = fact.order.id;
    return Promise.reject(new OperationsUnavailableError('The operations topic cannot be used: late', true));
  });
  const said = await operations.begin(REQUEST, 'anna').catch((error: unknown) => String(error));
  expect(id).not.toBe('');
  expect(said).toContain(`look for ${id} at /admin/operations before you try again`);
});
