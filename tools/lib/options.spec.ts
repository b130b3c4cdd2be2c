import { describe, expect, it } from '@jest/globals';
import { parseAll, parseChoice, parseCount } from './options.mjs';
import { UserError } from './processes.mjs';

describe('options that are parsed together', () => {
  it('give what each of them gives', () => {
    expect(parseAll({ one: () => parseCount('--one', '1'), other: () => 'x' })).toEqual({
      one: 1,
      other: 'x',
    });
  });

  it('are refused with every problem, a line each', () => {
    const parse = () =>
      parseAll({
        one: () => parseCount('--one', 'x'),
        two: () => 2,
        three: () => parseCount('--three', '0'),
      });
    expect(parse).toThrow(UserError);
    expect(parse).toThrow(/^--one must be .*, not "x"\n--three must be .*, not "0"$/);
  });

  it('do not hide a mistake of the program', () => {
    const parse = () =>
      parseAll({
        one: () => parseCount('--one', 'x'),
        two: () => {
          throw new TypeError('a mistake');
        },
      });
    expect(parse).toThrow(TypeError);
  });
});

describe('a choice', () => {
  it('is one of what is allowed, and names them otherwise', () => {
    expect(parseChoice('--bug', 'yes', ['yes', 'no'])).toBe('yes');
    expect(() => parseChoice('--bug', 'maybe', ['yes', 'no'])).toThrow(
      '--bug must be yes or no, not "maybe"',
    );
  });
});
