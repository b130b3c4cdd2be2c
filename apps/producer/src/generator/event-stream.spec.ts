import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { OutgoingRecord } from '@pipeline/kafka';
import type { Metrics } from '@pipeline/ops';
import { EventStream, type StreamOptions } from './event-stream.js';

const OPTIONS: StreamOptions = { topic: 'in', rate: 100, count: 0, burstSize: 0, burstInterval: 60_000 };

/** Counts what is generated, and stands in for Kafka: each send takes as long as `sending` says, or fails. */
class Rig {
  generated = 0;
  readonly written: string[] = [];
  largest = 0;
  disconnected = false;
  sending: () => Promise<void> = () => Promise.resolve();
  readonly stream: EventStream;

  constructor(options: Partial<StreamOptions> = {}) {
    const generator = {
      next: () => ({ key: Buffer.from('key'), value: Buffer.from(String(this.generated++)), valid: true }),
    };
    const producer = {
      send: async (records: readonly OutgoingRecord[]) => {
        this.largest = Math.max(this.largest, records.length);
        await this.sending();
        this.written.push(...records.map(({ value }) => String(value)));
      },
      disconnect: () => Promise.resolve(void (this.disconnected = true)),
    };
    this.stream = new EventStream(generator, producer, metrics, { ...OPTIONS, ...options });
  }

  get sent(): number {
    return this.stream.status().sent;
  }
}

const metrics = {
  counter: () => ({ inc: () => undefined }),
  gauge: () => ({ set: () => undefined }),
} as unknown as Metrics;

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const delay = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
const inOrder = (count: number) => Array.from({ length: count }, (_, index) => String(index));

beforeEach(() => {
  jest.useFakeTimers();
  Logger.overrideLogger(false);
});
afterEach(() => void jest.useRealTimers());

describe('the rate', () => {
  it.each([1, 10, 333, 50_000])('of %d events/s is held within 5 %', async (rate) => {
    const rig = new Rig({ rate });
    rig.stream.start();
    const seconds = rate > 1_000 ? 5 : 20;
    await pass(seconds * 1_000);
    // One tick, and with a low rate one event, may not be there yet.
    expect(rig.sent).toBeGreaterThanOrEqual(Math.floor(rate * seconds * 0.95) - 1);
    expect(rig.sent).toBeLessThanOrEqual(rate * seconds);
    await rig.stream.beforeApplicationShutdown();
  });

  it('is held while every send takes a while', async () => {
    const rig = new Rig({ rate: 50_000 });
    rig.sending = () => delay(70);
    rig.stream.start();
    await pass(5_000);
    expect(rig.sent / 5).toBeGreaterThan(50_000 * 0.95);
  });

  it('is held over a pause of Kafka', async () => {
    const rig = new Rig({ rate: 1_000 });
    rig.stream.start();
    await pass(5_000);
    rig.sending = () => delay(5_000);
    await pass(20);
    rig.sending = () => Promise.resolve();
    await pass(14_980);
    expect(rig.sent / 20).toBeGreaterThan(1_000 * 0.95);
  });

  it('is made up for by ten seconds at most after a long outage', async () => {
    const rig = new Rig({ rate: 100 });
    rig.sending = () => delay(3_600_000);
    rig.stream.start();
    await pass(3_600_000);
    rig.sending = () => Promise.resolve();
    const before = rig.sent;
    await pass(1_000);
    expect(rig.sent - before).toBeLessThanOrEqual(1_200);
  });

  it('can be changed while it runs', async () => {
    const rig = new Rig({ rate: 10 });
    rig.stream.start();
    await pass(10_000);
    const before = rig.sent;
    rig.stream.setRate(1_000);
    await pass(10_000);
    expect((rig.sent - before) / 10).toBeCloseTo(1_000, -2);
    expect(rig.stream.status().rate).toBe(1_000);
  });
});

describe('the count', () => {
  it('ends the stream exactly', async () => {
    const rig = new Rig({ rate: 1_000, count: 2_345 });
    rig.stream.start();
    await pass(10_000);
    expect(rig.written).toEqual(inOrder(2_345));
    expect(rig.stream.status()).toMatchObject({ sent: 2_345, finished: true });
  });

  it('is not finished before its last event is acknowledged', async () => {
    const rig = new Rig({ count: 1 });
    rig.sending = () => delay(1_000);
    rig.stream.start();
    await pass(500);
    expect(rig.stream.status()).toMatchObject({ sent: 0, finished: false });
  });
});

describe('bursts', () => {
  it('come on top of the rate at every interval', async () => {
    const rig = new Rig({ rate: 10, burstSize: 20_000, burstInterval: 1_000 });
    rig.stream.start();
    await pass(10_500);
    expect(rig.sent).toBeGreaterThanOrEqual(10 * 20_000 + 90);
    expect(rig.sent).toBeLessThanOrEqual(10 * 20_000 + 110);
  });

  it('are not made up for after a pause', async () => {
    const rig = new Rig({ rate: 10, burstSize: 1_000, burstInterval: 1_000 });
    rig.stream.setPaused(true);
    rig.stream.start();
    await pass(10_500);
    rig.stream.setPaused(false);
    await pass(100);
    expect(rig.sent).toBeLessThan(10);
    await pass(1_000);
    expect(rig.sent).toBeGreaterThanOrEqual(1_000);
  });
});

describe('while sends fail', () => {
  it('tries the same events again until they are acknowledged, in order', async () => {
    const rig = new Rig({ rate: 1_000 });
    let failures = 7;
    rig.sending = () => (failures-- > 0 ? Promise.reject(new Error('away')) : Promise.resolve());
    rig.stream.start();
    await pass(30_000);
    expect(rig.sent).toBeGreaterThan(20_000);
    expect(rig.written).toEqual(inOrder(rig.sent));
  });

  it('generates nothing further and holds one batch at most', async () => {
    const rig = new Rig({ rate: 50_000 });
    rig.sending = () => Promise.reject(new Error('away'));
    rig.stream.start();
    await pass(600_000);
    expect(rig.generated).toBeLessThanOrEqual(5_000);
    expect(rig.sent).toBe(0);
  });

  it('never sends more than a batch at once, also when it catches up', async () => {
    const rig = new Rig({ rate: 50_000 });
    rig.sending = () => delay(3_000);
    rig.stream.start();
    await pass(3_100);
    rig.sending = () => Promise.resolve();
    await pass(100);
    expect(rig.largest).toBe(5_000);
  });
});

describe('pausing', () => {
  it('stops at once, resumes without a flood, and may be said twice', async () => {
    const rig = new Rig({ rate: 100 });
    rig.stream.start();
    await pass(1_000);
    rig.stream.setPaused(true);
    rig.stream.setPaused(true);
    const before = rig.sent;
    await pass(60_000);
    expect(rig.sent).toBe(before);
    rig.stream.setPaused(false);
    rig.stream.setPaused(false);
    await pass(1_000);
    expect(rig.sent - before).toBeCloseTo(100, -1);
    expect(rig.stream.status().paused).toBe(false);
  });
});

describe('stopping', () => {
  const endsWithin = async (rig: Rig, ms: number) => {
    let ended = false;
    void rig.stream.beforeApplicationShutdown().then(() => (ended = true));
    await pass(ms);
    return ended;
  };

  it('ends at once while Kafka refuses', async () => {
    const rig = new Rig();
    rig.sending = () => Promise.reject(new Error('away'));
    rig.stream.start();
    await pass(60_000);
    expect(await endsWithin(rig, 0)).toBe(true);
    expect(rig.disconnected).toBe(true);
  });

  it('ends within two seconds while Kafka does not answer', async () => {
    const rig = new Rig();
    rig.sending = () => new Promise(() => undefined);
    rig.stream.start();
    await pass(60_000);
    expect(await endsWithin(rig, 2_000)).toBe(true);
    expect(rig.disconnected).toBe(true);
  });

  it('waits for the acknowledgement of the batch in hand', async () => {
    const rig = new Rig();
    rig.sending = () => delay(500);
    rig.stream.start();
    await pass(100);
    expect(await endsWithin(rig, 1_000)).toBe(true);
    expect(rig.sent).toBe(rig.generated);
  });

  it('ends at once when it was never started', async () => {
    expect(await endsWithin(new Rig(), 0)).toBe(true);
  });
});
