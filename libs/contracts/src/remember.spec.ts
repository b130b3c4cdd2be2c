import { describe, expect, it } from '@jest/globals';
import { remember } from './remember.js';

function setUp() {
  const asked: string[] = [];
  const find = (key: string) => (asked.push(key), key === 'nothing' ? undefined : key.length);
  return { asked, find: remember(find, 9) };
}

describe('a function that remembers', () => {
  it.each(['short', 'nothing'])('is asked once for %s', (key) => {
    const { asked, find } = setUp();
    const first = find(key);
    expect(find(key)).toBe(first);
    expect(asked).toEqual([key]);
  });

  it('keeps nothing long', () => {
    const { asked, find } = setUp();
    expect([find('rather long'), find('rather long')]).toEqual([11, 11]);
    expect(asked).toHaveLength(2);
  });

  it('keeps no object, which may change', () => {
    const counted = remember((list: number[]) => list.length, 9);
    const list = [1];
    expect(counted(list)).toBe(1);
    list.push(2);
    expect(counted(list)).toBe(2);
  });

  it('forgets all rather than keep more than a thousand', () => {
    const { asked, find } = setUp();
    for (let i = 0; i <= 1_000; i++) find(String(i));
    find('1000');
    expect(asked).toHaveLength(1_001);
    find('0');
    expect(asked).toHaveLength(1_002);
  });
});
