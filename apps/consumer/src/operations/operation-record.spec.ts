import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeFact, encodeFact, type OperationFact } from './operation-record.js';
import { OperationsState, stateOf, toView } from './operations-state.js';
import type { Order, Progress } from './operation.js';

const SECRET = 'a secret of this group';
const id = fc.stringMatching(/^[0-9a-f]{16}$/);
const count = fc.nat(1_000_000);
const position = fc.record({ partition: fc.nat(100), offset: fc.maxSafeNat() });
const positions = fc.array(position, { maxLength: 20 });
const ORDER: Order = {
  ...{ id: 'abcdef01', kind: 'replay', actor: 'olga', createdAt: 1, total: 1, rate: 1, target: null },
  ...{ selection: null, filter: {}, ends: [], before: null, wish: 'run' },
};
const order: fc.Arbitrary<Order> = fc.record({
  id,
  kind: fc.constantFrom('replay', 'park', 'purge'),
  actor: fc.constantFrom('olga', 'anonymous'),
  createdAt: count,
  total: count,
  rate: fc.integer({ min: 1, max: 10_000 }),
  target: fc.constantFrom(null, 'user-login'),
  selection: fc.option(positions),
  filter: fc.option(
    fc.record(
      { reason: fc.string({ maxLength: 20 }), from: count, replayed: fc.boolean() },
      { requiredKeys: [] },
    ),
  ),
  ends: positions,
  before: fc.constantFrom(null, '2026-01-01T00:00:00.000Z'),
  wish: fc.constantFrom('run', 'pause', 'cancel'),
});
const progress: fc.Arbitrary<Progress> = fc.record({
  id,
  runner: fc.constantFrom('host:1', 'host:2'),
  at: count,
  replayed: count,
  parked: count,
  refused: count,
  cursor: fc.option(position),
  ended: fc.constantFrom(null, 'done', 'failed'),
  problem: fc.constantFrom(null, 'the topic in does not exist'),
});
const fact: fc.Arbitrary<OperationFact> = fc.oneof(
  order.map((one) => ({ is: 'order' as const, order: one })),
  progress.map((one) => ({ is: 'progress' as const, progress: one })),
  fc
    .record({ id, part: count, at: count, replayed: positions, parked: positions })
    .map((done) => ({ is: 'done' as const, done })),
  fc
    .record({
      id,
      secret: fc
        .uint8Array({ minLength: 32, maxLength: 32 })
        .map((some) => Buffer.from(some).toString('base64')),
    })
    .map((key) => ({ is: 'key' as const, key })),
);

describe('a record of the operations topic', () => {
  it('is read as it was written, and verified with the same secret alone', () => {
    fc.assert(
      fc.property(fact, (one) => {
        expect(decodeFact('g', encodeFact('g', one, undefined), undefined)).toEqual({
          is: 'fact',
          fact: one,
          verified: false,
        });
        expect(decodeFact('g', encodeFact('g', one, SECRET), SECRET)).toEqual({
          is: 'fact',
          fact: one,
          verified: true,
        });
        expect(decodeFact('g', encodeFact('g', one, SECRET), undefined)).toMatchObject({ verified: false });
        // What has been done is believed as it is, or it would be done again where there is a new secret.
        const stranger = one.is === 'done' ? { is: 'fact', fact: one, verified: false } : { is: 'forged' };
        expect(decodeFact('g', encodeFact('g', one, undefined), SECRET)).toEqual(stranger);
        expect(decodeFact('g', encodeFact('g', one, 'another secret!!'), SECRET)).toEqual(stranger);
        const both = `another secret!!, ${SECRET}`;
        expect(decodeFact('g', encodeFact('g', one, SECRET), both)).toMatchObject({ verified: true });
        expect(decodeFact('g', encodeFact('g', one, both), 'another secret!!')).toMatchObject({
          verified: true,
        });
        expect(decodeFact('h', encodeFact('g', one, SECRET), SECRET)).toEqual({ is: 'foreign' });
      }),
    );
  });

  it('is forged when anything is changed or put under another key', () => {
    fc.assert(
      fc.property(fact, fact, fc.nat(), (one, other, place) => {
        const record = encodeFact('g', one, SECRET);
        const value = Buffer.from(record.value);
        const at = place % value.length;
        value[at] = (value[at] ?? 0) ^ 1;
        const changed = decodeFact('g', { key: record.key, value }, SECRET);
        if (changed.is === 'fact' && changed.verified) expect(changed.fact).toEqual(one);
        const moved = encodeFact('g', other, SECRET);
        fc.pre(!moved.key.equals(record.key));
        expect(decodeFact('g', { key: moved.key, value: record.value }, SECRET).is).not.toBe('fact');
      }),
    );
  });

  it('tells why an operation failed in plain text alone; former versions tell nothing', () => {
    const body = { id: 'abcdef01', runner: 'host:1', at: 1, replayed: 1, parked: 0, refused: 0 };
    const key = Buffer.from(JSON.stringify(['progress', 'g', body.id]));
    const of = (more: object) => {
      const value = JSON.stringify({ v: 1, body: { ...body, cursor: null, ended: 'failed', ...more } });
      return decodeFact('g', { key, value: Buffer.from(value) }, undefined);
    };
    expect(of({})).toMatchObject({ is: 'fact', fact: { progress: { problem: null } } });
    for (const problem of ['', 'a\nforged log line', 'x'.repeat(501), 1, {}]) {
      expect(of({ problem })).toEqual({ is: 'garbage' });
    }
  });

  it('may tell of as many partitions as Kafka is run with', () => {
    const ends = Array.from({ length: 10_000 }, (_, partition) => ({ partition, offset: 2 ** 40 }));
    const one: Order = { ...ORDER, ends };
    const bytes = encodeFact('g', { is: 'order', order: one }, undefined);
    expect(decodeFact('g', bytes, undefined)).toMatchObject({ is: 'fact', fact: { order: one } });
  });

  it('has no times that are none', () => {
    for (const [from, is] of [
      [-1, 'fact'],
      [8.64e15, 'fact'],
      [8.64e15 + 1, 'garbage'],
      [1.5, 'garbage'],
    ] as const) {
      const bytes = encodeFact('g', { is: 'order', order: { ...ORDER, filter: { from } } }, undefined);
      expect(decodeFact('g', bytes, undefined).is).toBe(is);
    }
  });

  it('of a newer version is left alone, and anything else is garbage', () => {
    const key = Buffer.from(JSON.stringify(['order', 'g', 'abcdef01']));
    const of = (value: unknown) =>
      decodeFact('g', { key, value: Buffer.from(JSON.stringify(value)) }, undefined);
    expect(of({ v: 2, body: 'whatever' })).toEqual({ is: 'newer', version: 2 });
    for (const value of [
      null,
      1,
      {},
      { v: 0 },
      { v: 1 },
      { v: 1, body: {} },
      { v: 1, body: { id: 'abcdef01' } },
    ]) {
      expect(of(value)).toEqual({ is: 'garbage' });
    }
    const bytes = fc.uint8Array({ maxLength: 60 }).map((some) => Buffer.from(some));
    fc.assert(
      fc.property(
        bytes,
        fc.oneof(
          bytes,
          fc.json().map((text) => Buffer.from(text)),
        ),
        (one, value) => {
          expect(decodeFact('g', { key: one, value }, undefined).is).not.toBe('fact');
        },
      ),
    );
  });
});

describe('the state of operations', () => {
  const one: Order = {
    ...{ id: 'abcdef01', kind: 'replay', actor: 'olga', createdAt: 1, total: 10, rate: 5, target: null },
    ...{ selection: null, filter: {}, ends: [], before: null, wish: 'run' },
  };
  const at = (replayed: number, ended: Progress['ended'] = null): Progress => ({
    ...{ id: one.id, runner: 'host:1', at: 1, replayed, parked: 0, refused: 0 },
    ...{ cursor: { partition: 0, offset: replayed }, ended, problem: null },
  });
  const stateAfter = (...facts: (Order | Progress)[]) => {
    const state = new OperationsState();
    for (const given of facts) {
      if ('wish' in given) state.apply({ is: 'order', order: given }, true);
      else state.apply({ is: 'progress', progress: given }, true);
    }
    return state;
  };
  const nameAfter = (...facts: (Order | Progress)[]) => {
    const known = stateAfter(...facts).get(one.id);
    return known && stateOf(known);
  };

  it('is what the last command says, until it has ended', () => {
    expect(nameAfter(one)).toBe('running');
    expect(nameAfter(one, { ...one, wish: 'pause' })).toBe('paused');
    expect(nameAfter(one, { ...one, wish: 'pause' }, one)).toBe('running');
    expect(nameAfter(one, { ...one, wish: 'cancel' })).toBe('cancelled');
    expect(nameAfter(one, at(10, 'done'), { ...one, wish: 'cancel' })).toBe('done');
    expect(nameAfter(one, at(3, 'failed'))).toBe('failed');
    expect(nameAfter(at(3), one, at(10, 'done'))).toBe('done');
  });

  it('never goes back, whatever is read late', () => {
    const known = stateAfter(one, at(7), at(5), at(8, 'done'), at(8)).get(one.id);
    expect(known && toView(known)).toMatchObject({ done: 8, state: 'done' });
  });

  it('takes nothing of a repeated order but its wish', () => {
    const known = stateAfter(one, { ...one, total: 99, target: 'elsewhere', wish: 'pause' }).get(one.id);
    expect(known?.order).toEqual({ ...one, wish: 'pause' });
  });

  it('is bounded: the oldest that have ended are forgotten, and open ones never', () => {
    const state = new OperationsState();
    const idOf = (number: number) => number.toString(16).padStart(8, '0');
    for (let number = 0; number < 1_500; number++) {
      const order = {
        ...one,
        id: idOf(number),
        createdAt: number,
        wish: number === 0 ? 'run' : 'cancel',
      } as const;
      state.apply({ is: 'order', order }, true);
    }
    expect(state.all()).toHaveLength(1_000);
    expect(state.get(idOf(0))).toBeDefined();
    expect(state.get(idOf(1))).toBeUndefined();
  });
});
