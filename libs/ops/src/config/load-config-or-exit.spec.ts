import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { integer } from './builders.js';
import { loadConfigOrExit } from './load-config-or-exit.js';
import { defineSettings } from './setting.js';

const TABLE = defineSettings({
  one: integer('TEST_ONE', { default: 1, help: '' }),
  two: integer('TEST_TWO', { default: 2, help: '' }),
});

describe('loadConfigOrExit', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    delete process.env.TEST_ONE;
    delete process.env.TEST_TWO;
  });

  it('gives the values of this process', () => {
    process.env.TEST_ONE = '11';
    expect(loadConfigOrExit(TABLE).config).toEqual({ one: 11, two: 2 });
  });

  it('prints one message with every problem and exits with 78', () => {
    process.env.TEST_ONE = 'x';
    process.env.TEST_TWO = 'y';
    const write = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    jest.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`exit ${String(code)}`);
    });
    expect(() => loadConfigOrExit(TABLE)).toThrow('exit 78');
    expect(write.mock.calls).toEqual([[expect.stringMatching(/TEST_ONE must be[^]*TEST_TWO must be/)]]);
  });
});
