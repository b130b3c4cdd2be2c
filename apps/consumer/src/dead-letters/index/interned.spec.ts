import { describe, expect, it } from '@jest/globals';
import { Interned } from './interned.js';

const MOST = 65_535;
const add = (interned: Interned, text: string) => {
  // Somewhere in a fetch, as they come.
  const bytes = Buffer.from(`before ${text} behind`);
  return interned.add(bytes, 'before '.length, bytes.length - ' behind'.length);
};

describe('texts that come again and again', () => {
  it('are each known by one number, from 1 on, the empty one by 0', () => {
    const interned = new Interned(10);
    expect(['a', 'b', 'a', ''].map((text) => add(interned, text))).toEqual([1, 2, 1, 0]);
    expect([interned.text(1), interned.find('b'), interned.find('c')]).toEqual(['a', 2, undefined]);
  });

  it('are not told apart when they are too long', () => {
    const interned = new Interned(3);
    expect(['1234', 'abcd', 'abc'].map((text) => add(interned, text))).toEqual([0, 0, 1]);
    expect([interned.text(0), interned.find('1234')]).toEqual(['', undefined]);
  });

  it('are told apart up to 65,535 of them; those that come after have one number, and take no memory', () => {
    const interned = new Interned(10);
    const numbers = Array.from({ length: MOST }, (_, index) => index + 1);
    expect(numbers.filter((number) => add(interned, String(number)) !== number)).toEqual([]);
    expect(interned.size).toBe(MOST + 1);
    for (const text of ['more', 'and more']) expect(add(interned, text)).toBe(0);
    expect(interned.size).toBe(MOST + 1);
    expect([interned.text(0), interned.find('more')]).toEqual(['', undefined]);
    expect([add(interned, '1'), add(interned, String(MOST))]).toEqual([1, MOST]);
  });

  it('are told apart up to sixteen megabytes of them', () => {
    const interned = new Interned(16_384);
    const text = (number: number) => String(number).padEnd(16_384);
    const numbers = Array.from({ length: 1_025 }, (_, number) => add(interned, text(number)));
    expect(numbers.slice(-2)).toEqual([1_024, 0]);
    expect(add(interned, text(0))).toBe(1);
  });
});
