import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { choice, decimal, flag, integer, list, ratio, text } from './builders.js';

const help = 'for the test';

describe('integer', () => {
  const port = integer('PORT', { min: 0, max: 65_535, default: 8080, help });

  it('reads back every integer within its bounds', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 65_535 }), (n) => port.parse(` ${n} `) === n));
  });

  it('accepts nothing else: the value is within the bounds or the text is refused', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)), (given) => {
        const value = port.parse(given);
        expect(value === undefined || (Number.isInteger(value) && value >= 0 && value <= 65_535)).toBe(true);
      }),
    );
  });

  it.each(['0x10', '1e3', '8080.0', '8_080', 'Infinity', '', '12 13', '9007199254740993'])(
    'refuses %j',
    (given) => expect(integer('N', { default: 1, help }).parse(given)).toBeUndefined(),
  );

  it('says in words what it accepts', () => {
    expect(port.accepts).toBe('an integer from 0 to 65535');
    expect(integer('N', { min: 1, unit: 'ms', default: 1, help }).accepts).toBe(
      'an integer of at least 1 (ms)',
    );
  });
});

describe('decimal and ratio', () => {
  it.each([
    ['0.05', 0.05],
    ['.5', 0.5],
    ['1', 1],
    ['5e-2', 0.05],
  ])('read %j', (given, value) => expect(ratio('R', { default: 0, help }).parse(given)).toBe(value));

  it.each(['-0.1', '1.01', 'NaN', '5%', '0,05'])('a ratio refuses %j', (given) =>
    expect(ratio('R', { default: 0, help }).parse(given)).toBeUndefined(),
  );

  it('a decimal has no bounds of its own', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (n) => decimal('D', { default: 0, help }).parse(String(n)) === n,
      ),
    );
  });
});

describe('text', () => {
  it('is taken exactly as given', () => {
    fc.assert(fc.property(fc.string(), (given) => text('T', { default: '', help }).parse(given) === given));
  });

  it('is refused when it does not match the pattern', () => {
    const word = text('T', { pattern: /^\w+$/, accepts: 'a word', default: 'one', help });
    expect(word.parse('two')).toBe('two');
    expect(word.parse('two words')).toBeUndefined();
  });
});

describe('choice and flag', () => {
  it('take a word in upper or lower case and spell it as declared', () => {
    const level = choice('LEVEL', { of: ['DEBUG', 'INFO', 'WARN'], default: 'INFO', help });
    expect(level.parse(' debug')).toBe('DEBUG');
    expect(level.parse('TRACE')).toBeUndefined();
    expect(level.accepts).toBe('DEBUG, INFO or WARN');
  });

  it('know true and false, as words and as digits', () => {
    const { parse } = flag('F', { default: false, help });
    expect(['true', 'TRUE', '1', 'False', '0', 'maybe', 'constructor'].map(parse)).toEqual([
      true,
      true,
      true,
      false,
      false,
      undefined,
      undefined,
    ]);
  });
});

describe('list', () => {
  const plain = list('L', { items: 'words', default: ['a', 'b'], help });

  it('drops empty items and the spaces around them', () => {
    expect(plain.parse(' a, b ,,c,')).toEqual(['a', 'b', 'c']);
    expect(plain.parse('')).toEqual([]);
    expect(plain.default).toBe('a,b');
  });

  it('is refused as a whole when one item is', () => {
    const digits = list('L', {
      items: 'digits',
      item: (given) => (/^\d$/.test(given) ? given : undefined),
      default: [],
      help,
    });
    expect(digits.parse('1,2')).toEqual(['1', '2']);
    expect(digits.parse('1,x')).toBeUndefined();
  });
});
