import { describe, expect, it } from '@jest/globals';
import { remember, rememberLast } from './remember.js';

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

  it('forgets all rather than keep more than a thousand', () => {
    const { asked, find } = setUp();
    for (let i = 0; i <= 1_000; i++) find(String(i));
    find('1000');
    expect(asked).toHaveLength(1_001);
    find('0');
    expect(asked).toHaveLength(1_002);
  });
});

describe('a function that remembers its last answer', () => {
  function setUpLast() {
    const asked: string[] = [];
    const find = (text: string) => (asked.push(text), text === 'nothing' ? undefined : text.length);
    return { asked, find: rememberLast(find, 9) };
  }

  it.each(['', 'text', 'nothing'])('is asked once for %j in a row, and again after another', (text) => {
    const { asked, find } = setUpLast();
    const first = find(text);
    expect([find(text), find('another'), find(text)]).toEqual([first, 7, first]);
    expect(asked).toEqual([text, 'another', text]);
  });

  it('keeps nothing long', () => {
    const { asked, find } = setUpLast();
    expect([find('rather long'), find('rather long')]).toEqual([11, 11]);
    expect(asked).toHaveLength(2);
  });
});
