import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Kafka } from 'kafkajs';
import { BrokerProbe } from './broker-probe.js';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A probe of one topic, which is there once `add` is called. */
function setUp() {
  let exists = false;
  let asked = 0;
  const admin = {
    connect: () => Promise.resolve(),
    disconnect: () => Promise.resolve(),
    fetchTopicOffsets: () => {
      asked++;
      if (!exists) return Promise.reject(new Error('no such topic'));
      return Promise.resolve([{ partition: 0, high: '5' }]);
    },
  };
  const kafka = { admin: () => admin } as unknown as Kafka;
  const ends: unknown[] = [];
  const probe = new BrokerProbe(
    kafka,
    () => ['in'],
    (found) => ends.push(...found),
  );
  return { probe, ends, add: () => (exists = true), asked: () => asked };
}

const settled = () => jest.advanceTimersByTimeAsync(0);

describe('the probe of the brokers', () => {
  it('asks every two seconds', async () => {
    const { probe, asked } = setUp();
    probe.start();
    await jest.advanceTimersByTimeAsync(4_000);
    expect(asked()).toBe(3);
    await probe.stop();
  });

  it('asks at once when it is told that something is new', async () => {
    const { probe, ends, add } = setUp();
    probe.start();
    await settled();
    expect(probe.isAnswering).toBe(false);
    add();
    probe.refresh();
    await settled();
    expect(probe.isAnswering).toBe(true);
    expect(ends).toEqual([{ topic: 'in', partition: 0, highWatermark: 5n }]);
    await probe.stop();
  });

  it('asks again when that is told while a question is out', async () => {
    const { probe, asked } = setUp();
    probe.start();
    probe.refresh();
    await settled();
    expect(asked()).toBe(2);
    await probe.stop();
  });

  it('asks nothing after it was stopped', async () => {
    const { probe, asked } = setUp();
    probe.start();
    await settled();
    await probe.stop();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(asked()).toBe(1);
  });
});
