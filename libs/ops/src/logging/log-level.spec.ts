import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from './create-logger.js';
import { LogLevel } from './log-level.js';

const lines: string[] = [];
let level: LogLevel;

beforeEach(() => {
  jest.useFakeTimers();
  Logger.overrideLogger(
    createLogger({ service: 'test', level: 'INFO' }, { write: (line: string) => void lines.push(line) }),
  );
  lines.length = 0;
  level = new LogLevel('INFO');
});
afterEach(() => void jest.useRealTimers());

const debugIsLogged = () => {
  const before = lines.length;
  new Logger('test').debug('a detail');
  return lines.length > before;
};

describe('LogLevel', () => {
  it('changes what is logged, and returns by itself', () => {
    expect(debugIsLogged()).toBe(false);
    level.set('DEBUG', 1_000);
    expect(debugIsLogged()).toBe(true);
    jest.advanceTimersByTime(1_000);
    expect(debugIsLogged()).toBe(false);
    expect(level.state).toEqual({ level: 'INFO', configured: 'INFO', until: null });
  });

  it('counts from the last change on', () => {
    level.set('ERROR', 1_000);
    level.set('DEBUG', 2_000);
    jest.advanceTimersByTime(1_999);
    expect(debugIsLogged()).toBe(true);
    jest.advanceTimersByTime(1);
    expect(debugIsLogged()).toBe(false);
  });
});
