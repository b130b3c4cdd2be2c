import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchSize, encodeRecord, recordSize } from '../driver/codec/record-encoder.js';
import type { OutgoingRecord } from '../record.js';
import { outgoingRecord } from '../testing/records.js';
import { TopicLimits } from './topic-limits.js';
import { writeRecords } from './write-records.js';

class BrokerError extends Error {
  constructor(
    readonly type: string,
    options?: ErrorOptions,
  ) {
    super('refused', options);
  }
}

/** Takes requests whose batches, one a topic, are within its limits. */
class FakeBroker {
  written: OutgoingRecord[] = [];
  refusals = 0;

  constructor(private readonly maxBytes: Record<string, number>) {}

  send = (records: readonly OutgoingRecord[]): Promise<void> => {
    const byTopic = Map.groupBy(records, ({ topic }) => topic);
    for (const [topic, some] of byTopic) {
      const bytes = batchSize(some.reduce((sum, one) => sum + encodeRecord(one).buffer.length, 0));
      if (bytes <= (this.maxBytes[topic] ?? 0)) continue;
      this.refusals++;
      return Promise.reject(new BrokerError('MESSAGE_TOO_LARGE'));
    }
    this.written.push(...records);
    return Promise.resolve();
  };

  /** As the transport does: the whole batch again after every failure. */
  async writeUntilDone(records: readonly OutgoingRecord[], limits: TopicLimits): Promise<void> {
    for (let tries = 0; tries < 60; tries++) {
      this.written = [];
      try {
        await writeRecords(records, limits, this.send);
        return;
      } catch (error) {
        if (!(error instanceof BrokerError)) throw error;
      }
    }
  }
}

const record = (topic: string, size: number) => outgoingRecord({ topic, value: Buffer.alloc(size) });
const failing = (error: Error) => () => Promise.reject(error);

describe('writing records', () => {
  it('sends one chunk after the other', async () => {
    const limits = new TopicLimits();
    limits.set('a', 210);
    const sent: number[] = [];
    let inFlight = 0;
    await writeRecords([record('a', 90), record('a', 90), record('a', 1)], limits, async (chunk) => {
      inFlight++;
      await Promise.resolve();
      sent.push(chunk.length);
      expect(inFlight--).toBe(1);
    });
    expect(sent).toEqual([1, 2]);
  });

  it('sends nothing for no records', async () => {
    await writeRecords([], new TopicLimits(), failing(new Error('called')));
  });

  it('ends at the first chunk that fails, with its very error', async () => {
    const limits = new TopicLimits();
    limits.set('a', 100);
    const error = new Error('no connection');
    let calls = 0;
    const send = () => (++calls, Promise.reject(error));
    await expect(writeRecords([record('a', 90), record('a', 90)], limits, send)).rejects.toBe(error);
    expect(calls).toBe(1);
    expect(limits.oneTopicPerRequest).toBe(false);
  });

  it.each([
    new BrokerError('MESSAGE_TOO_LARGE'),
    new BrokerError('RECORD_LIST_TOO_LARGE'),
    new Error('retries exceeded', { cause: new BrokerError('MESSAGE_TOO_LARGE') }),
  ])('learns from a refusal and passes it on', async (error) => {
    const limits = new TopicLimits();
    const large = record('a', 500);
    await expect(writeRecords([large], limits, failing(error))).rejects.toBe(error);
    expect(limits.get('a')).toBe(batchSize(recordSize(large)) - 1);
  });

  it('succeeds after some refusals when every record fits alone, and believes of none that it does not', async () => {
    const sizes = fc.array(fc.tuple(fc.constantFrom('a', 'b'), fc.nat(800)), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(sizes, fc.nat(2_000), async (some, room) => {
        const records = some.map(([topic, size]) => record(topic, size));
        const largest = Math.max(...records.map((one) => batchSize(encodeRecord(one).buffer.length)));
        const broker = new FakeBroker({ a: largest, b: largest + room });
        const limits = new TopicLimits();
        await broker.writeUntilDone(records, limits);
        return (
          broker.written.length === records.length &&
          broker.written.every((one, index) => one === records[index]) &&
          limits.get('a') >= largest &&
          limits.get('b') >= largest
        );
      }),
      { numRuns: 300 },
    );
  });
});
