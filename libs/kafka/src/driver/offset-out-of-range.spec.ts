import { describe, expect, it } from '@jest/globals';
import { kafkajs } from './kafkajs.js';
import { installOffsetOutOfRange, OFFSET_OUT_OF_RANGE } from './offset-out-of-range.js';

type Recover = (this: object, error: { topic: string; partition: number }) => Promise<void>;

describe('kafkajs with a position out of range', () => {
  it('only tells the listeners, with the offset that was asked for', async () => {
    const prototype: { recoverFromOffsetOutOfRange?: Recover } = {
      recoverFromOffsetOutOfRange: () => Promise.reject(new Error('would have committed')),
    };
    const modules = (path: string) => (path.includes('consumerGroup') ? { prototype } : { events: {} });
    installOffsetOutOfRange(modules as unknown as NodeJS.Require);
    const told: unknown[] = [];
    const group = {
      offsetManager: { nextOffset: () => ({ toString: () => '9007199254740993' }) },
      instrumentationEmitter: { emit: (...event: unknown[]) => void told.push(event) },
    };
    await prototype.recoverFromOffsetOutOfRange?.call(group, { topic: 't', partition: 2 });
    expect(told).toEqual([[OFFSET_OUT_OF_RANGE, { topic: 't', partition: 2, offset: '9007199254740993' }]]);
  });

  it('takes listeners for it', () => {
    const consumer = new kafkajs.Kafka({ brokers: ['localhost:1'] }).consumer({ groupId: 'g' });
    const on = (consumer as unknown as { on: (event: string, listener: () => void) => void }).on;
    expect(() => on(OFFSET_OUT_OF_RANGE, () => undefined)).not.toThrow();
    expect(() => on('consumer.unheard_of', () => undefined)).toThrow();
  });

  it.each([
    ['events', { prototype: { recoverFromOffsetOutOfRange: () => undefined } }],
    ['method', { events: {}, prototype: {} }],
  ])('is refused where the installed kafkajs has no such %s', (_, module) => {
    expect(() => installOffsetOutOfRange((() => module) as unknown as NodeJS.Require)).toThrow(
      'not what it was',
    );
  });
});
