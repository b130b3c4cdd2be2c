import { describe, expect, it } from '@jest/globals';
import { isPassing, PassingError, PermanentError, toError } from './errors.js';

class OutOfStock extends PermanentError {
  override readonly name = 'OutOfStock';
}

class Busy extends PassingError {
  override readonly name = 'TypeError';
}

const named = (...errors: Error[]) => errors.map((error): [string, Error] => [error.message, error]);

describe('whether another try may help', () => {
  it.each(
    named(
      new PassingError('busy'),
      new Busy('busy, under a misleading name'),
      new Error('says nothing of itself'),
      Object.assign(new Error('socket'), { code: 'ECONNRESET' }),
      new DOMException('late', 'TimeoutError'),
    ),
  )('it may for: %s', (_, error) => expect(isPassing(error)).toBe(true));

  it.each(
    named(
      new PermanentError('no'),
      new OutOfStock('none left'),
      new TypeError('x is undefined'),
      new RangeError('too deep'),
      new ReferenceError('x is not defined'),
      new SyntaxError('unexpected'),
      Object.assign(new Error('from another realm'), { name: 'TypeError' }),
    ),
  )('it does not for: %s', (_, error) => expect(isPassing(error)).toBe(false));
});

describe('whatever was thrown', () => {
  it('stays itself when it is an error', () => {
    const error = new RangeError('own');
    expect(toError(error)).toBe(error);
  });

  it.each([undefined, null, 'text', 7, { message: 'looks like one' }])(
    'is wrapped when it is %j',
    (thrown) => {
      const error = toError(thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error.cause).toBe(thrown);
      expect(isPassing(error)).toBe(true);
    },
  );
});
