import { describe, expect, it } from '@jest/globals';
import type { RecordProducer } from '../driver/record-producer.js';
import type { OutgoingRecord } from '../record.js';
import { FakeBatch } from '../testing/batches.js';
import { outgoingRecord } from '../testing/records.js';
import { AtLeastOnceDelivery } from './at-least-once.js';
import { TopicLimits } from './topic-limits.js';

const records = [outgoingRecord({ value: Buffer.alloc(90) }), outgoingRecord({ value: Buffer.alloc(90) })];

/** A delivery over a producer that notes its calls beside those of the batch; one record a chunk. */
function setUp(send: (chunk: number) => Promise<void> = () => Promise.resolve()) {
  const batch = FakeBatch.of(2);
  const limits = new TopicLimits();
  limits.set('out', 200);
  let chunks = 0;
  const producer = {
    send: (chunk: readonly OutgoingRecord[]) => {
      batch.calls.push(`send ${chunk.length}`);
      return send(++chunks);
    },
    disconnect: () => {
      batch.calls.push('disconnect');
      return Promise.resolve();
    },
  };
  return { batch, delivery: new AtLeastOnceDelivery(producer as unknown as RecordProducer, limits) };
}

describe('delivering at least once', () => {
  it('commits after every chunk is acknowledged', async () => {
    const { batch, delivery } = setUp();
    await delivery.deliver(batch, records);
    expect(batch.calls).toEqual(['send 1', 'send 1', 'commit']);
  });

  it('commits nothing while a chunk is not acknowledged', async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const { batch, delivery } = setUp((chunk) => (chunk === 2 ? promise : Promise.resolve()));
    const delivered = delivery.deliver(batch, records);
    await new Promise(setImmediate);
    expect(batch.calls).toEqual(['send 1', 'send 1']);
    resolve(undefined);
    await delivered;
    expect(batch.calls).toContain('commit');
  });

  it.each([1, 2])('commits nothing when chunk %i fails, and tells why', async (failing) => {
    const error = new Error('no connection');
    const { batch, delivery } = setUp((chunk) =>
      chunk === failing ? Promise.reject(error) : Promise.resolve(),
    );
    await expect(delivery.deliver(batch, records)).rejects.toBe(error);
    expect(batch.calls).not.toContain('commit');
  });

  it('commits a batch of which nothing is to be written', async () => {
    const { batch, delivery } = setUp();
    await delivery.deliver(batch, []);
    expect(batch.calls).toEqual(['commit']);
  });

  it('passes on why a commit failed', async () => {
    const { batch, delivery } = setUp();
    batch.commitError = new Error('rebalancing');
    await expect(delivery.deliver(batch, records)).rejects.toBe(batch.commitError);
  });

  it('goes on from wherever the group stands, and closes its producer', async () => {
    const { batch, delivery } = setUp();
    await expect(delivery.open()).resolves.toBeUndefined();
    await delivery.close();
    expect(batch.calls).toEqual(['disconnect']);
  });
});
