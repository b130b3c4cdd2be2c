import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { orStock } from './replace-module.js';

let warn: jest.SpiedFunction<typeof process.emitWarning>;
beforeEach(() => void (warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined)));
afterEach(() => warn.mockRestore());

it('what is for speed alone may be missing, and a warning says so', () => {
  orStock('it takes longer', () => {
    throw new Error('queue.js is not the class it was\nat somewhere');
  });
  expect(warn.mock.calls).toEqual([
    ['it takes longer, as kafkajs has it: Error: queue.js is not the class it was'],
  ]);
});

it('what can be put in place is, without a word', () => {
  const install = jest.fn();
  orStock('it takes longer', install);
  expect(install).toHaveBeenCalledTimes(1);
  expect(warn).not.toHaveBeenCalled();
});
