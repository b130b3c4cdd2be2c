import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import './kafkajs.js';
import { installRequestQueue } from './request-queue.js';
import { installed } from './testing/stock.js';

interface Queue {
  pending: unknown[];
  inflight: Map<number, unknown>;
  push(request: object): void;
  fulfillRequest(response: object): void;
  maybeThrottle(ms: number): void;
  destroy(): void;
}

describe('the request queue', () => {
  const RequestQueue = installed<new (options: object) => Queue>('kafkajs/src/network/requestQueue/index.js');
  let queue: Queue;
  let sent: number[];
  const push = (correlationId: number) =>
    queue.push({
      entry: { correlationId, resolve: () => undefined, reject: () => undefined },
      expectResponse: true,
      sendRequest: () => sent.push(correlationId),
    });
  const answer = (correlationId: number) =>
    queue.fulfillRequest({ correlationId, size: 0, payload: Buffer.alloc(0) });

  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
    const logger = { debug: () => undefined, warn: () => undefined };
    queue = new RequestQueue({
      maxInFlightRequests: 1,
      requestTimeout: 1_000,
      broker: 'b',
      clientId: 'c',
      logger,
    });
  });
  afterEach(() => {
    queue.destroy();
    jest.useRealTimers();
  });

  it('sets no timer after an answer when nothing waits', () => {
    push(1);
    answer(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('sends what waited as soon as the one before it is answered', () => {
    [1, 2, 3].forEach(push);
    expect(sent).toEqual([1]);
    answer(1);
    expect(sent).toEqual([1, 2]);
    answer(2);
    expect(sent).toEqual([1, 2, 3]);
  });

  it('sends what waited when the broker no longer wants quiet, and not before', () => {
    queue.maybeThrottle(500);
    push(1);
    jest.advanceTimersByTime(499);
    expect(sent).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(sent).toEqual([1]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is not installed in a kafkajs of another shape', () => {
    const install = (module: object) => () =>
      installRequestQueue((() => module) as unknown as Parameters<typeof installRequestQueue>[0]);
    expect(install({})).toThrow('is not the class it was');
    expect(install({ prototype: {} })).toThrow('is not the class it was');
  });
});
