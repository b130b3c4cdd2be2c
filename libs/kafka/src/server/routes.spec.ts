import { describe, expect, it } from '@jest/globals';
import type { MessageHandler } from '@nestjs/microservices';
import { bindRoutes, RoutingError } from './routes.js';

const login = { input: 'login-in', output: 'login-out', deadLetter: 'login-dlq' };
const logout = { input: 'logout-in', output: 'logout-out', deadLetter: 'logout-dlq' };

const eventHandler = (further: Partial<MessageHandler> = {}): MessageHandler =>
  Object.assign(() => Promise.resolve(), { isEventHandler: true, ...further });

function problemsOf(handlers: Record<string, MessageHandler>, routes: Parameters<typeof bindRoutes>[1]) {
  try {
    bindRoutes(new Map(Object.entries(handlers)), routes);
    return [];
  } catch (error) {
    if (error instanceof RoutingError) return error.problems;
    throw error;
  }
}

describe('routes', () => {
  it('bind handlers of the same name, by input topic', () => {
    const [first, second] = [eventHandler(), eventHandler()];
    const bound = bindRoutes(
      new Map([
        ['logout', second],
        ['login', first],
      ]),
      { login, logout },
    );
    expect([...bound.keys()]).toEqual(['login-in', 'logout-in']);
    expect(bound.get('login-in')).toEqual({
      ...login,
      handler: first,
      isRetry: false,
      nextRetry: undefined,
    });
    expect(bound.get('logout-in')?.handler).toBe(second);
  });

  it('bind the retry topics to the same handler, each with the one after it', () => {
    const handler = eventHandler();
    const retries = [1, 2].map((number) => ({ topic: `login-in-retry-${String(number)}`, delayMs: number }));
    const bound = bindRoutes(new Map([['login', handler]]), { login: { ...login, retries } });
    expect([...bound].map(([topic, { isRetry, nextRetry }]) => [topic, isRetry, nextRetry])).toEqual([
      ['login-in', false, retries[0]],
      ['login-in-retry-1', true, retries[1]],
      ['login-in-retry-2', true, undefined],
    ]);
    expect([...bound.values()].every((route) => route.handler === handler)).toBe(true);
  });

  it('may be none', () => expect(bindRoutes(new Map(), {}).size).toBe(0));
});

describe('a start is refused', () => {
  it('for a handler without a route', () => {
    expect(problemsOf({ login: eventHandler(), extra: eventHandler() }, { login })).toEqual([
      "the handler 'extra' is mapped to no topic",
    ]);
  });

  it('for a handler whose name only looks like a route', () => {
    expect(problemsOf({ toString: eventHandler() }, {})).toEqual([
      "the handler 'toString' is mapped to no topic",
    ]);
  });

  it('for a route without a handler', () => {
    expect(problemsOf({ login: eventHandler() }, { login, logout })).toEqual([
      "no @EventPattern handler is named 'logout'",
    ]);
  });

  it('for a second handler of the same name', () => {
    expect(problemsOf({ login: eventHandler({ next: eventHandler() }) }, { login })).toEqual([
      "'login' has more than one handler",
    ]);
  });

  it('for a message handler', () => {
    expect(problemsOf({ login: eventHandler({ isEventHandler: false }) }, { login })).toEqual([
      "'login' is a message handler: events have no replies, use @EventPattern",
    ]);
  });

  it('with everything that is wrong in one error', () => {
    const handlers = new Map([['extra', eventHandler()]]);
    expect(() => bindRoutes(handlers, { login, logout })).toThrow(
      "the handler 'extra' is mapped to no topic; no @EventPattern handler is named 'login'; " +
        "no @EventPattern handler is named 'logout'",
    );
  });
});
