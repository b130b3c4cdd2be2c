import { describe, expect, it, jest } from '@jest/globals';
import { PauseRegistry } from './pause-registry.js';

const A = { topic: 't', partition: 0 };
const B = { topic: 't', partition: 1 };

describe('a partition', () => {
  it('runs while nobody gives a reason', () => {
    const pauses = new PauseRegistry();
    expect([pauses.isPaused(), pauses.isPaused(A), pauses.reasonsOf(A)]).toEqual([false, false, []]);
  });

  it('is paused by a reason of its own, which concerns no other', () => {
    const pauses = new PauseRegistry();
    pauses.add('backing-off', A);
    expect([pauses.isPaused(A), pauses.isPaused(B), pauses.isPaused()]).toEqual([true, false, false]);
  });

  it('is paused by a reason of the whole instance', () => {
    const pauses = new PauseRegistry();
    pauses.add('operator');
    expect([pauses.isPaused(A), pauses.isPaused()]).toEqual([true, true]);
  });

  it('runs only when no reason is left, given once or often, here or everywhere', () => {
    const pauses = new PauseRegistry();
    pauses.add('operator');
    pauses.add('operator');
    pauses.add('backing-off', A);
    pauses.add('operator', A);
    expect(pauses.reasonsOf(A)).toEqual(['operator', 'backing-off']);
    pauses.remove('operator');
    expect(pauses.reasonsOf(A)).toEqual(['backing-off', 'operator']);
    pauses.remove('operator', A);
    expect(pauses.isPaused(A)).toBe(true);
    pauses.remove('backing-off', A);
    expect(pauses.isPaused(A)).toBe(false);
  });

  it('is known by topic and number, not by the object that names it', () => {
    const pauses = new PauseRegistry();
    pauses.add('backing-off', { ...A });
    pauses.remove('backing-off', { ...A });
    expect(pauses.isPaused(A)).toBe(false);
  });
});

describe('a reason', () => {
  it('can be ended wherever it stands, and leaves the others', () => {
    const pauses = new PauseRegistry();
    pauses.add('undeliverable', A);
    pauses.add('undeliverable', B);
    pauses.add('backing-off', B);
    pauses.clear('undeliverable');
    expect([pauses.reasonsOf(A), pauses.reasonsOf(B)]).toEqual([[], ['backing-off']]);
  });

  it('goes with the partition to others, but stays where the partition stays and on the instance', () => {
    const pauses = new PauseRegistry();
    for (const where of [A, B, undefined]) pauses.add('undeliverable', where);
    pauses.keep([B]);
    pauses.remove('undeliverable');
    expect([pauses.reasonsOf(A), pauses.reasonsOf(B)]).toEqual([[], ['undeliverable']]);
  });

  it('that nobody gave can be taken back', () => {
    expect(() => new PauseRegistry().remove('operator', A)).not.toThrow();
  });
});

describe('listeners', () => {
  it('are told after every change, when it already holds', () => {
    const pauses = new PauseRegistry();
    const seen: boolean[] = [];
    const other = jest.fn();
    pauses.onChange(() => seen.push(pauses.isPaused(A)));
    pauses.onChange(other);
    pauses.add('operator');
    pauses.remove('operator');
    pauses.add('undeliverable', A);
    pauses.clear('undeliverable');
    expect(seen).toEqual([true, false, true, false]);
    expect(other).toHaveBeenCalledTimes(4);
  });
});
