import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { anyField, anyOutgoingHeaders } from '../../testing/records.js';
import { compressionType } from '../compression-type.js';
import { installed, stock } from '../testing/stock.js';
import { canCompress, COMPRESSIONS } from './compression.js';
import {
  createProduceRequest,
  type Compressor,
  type Produce,
  type ProduceArguments,
} from './produce-request.js';
import { sizeOfContent } from './record-encoder.js';

// Its records are encoded by our record encoder, which is byte for byte kafkajs' own.
const stockRequest = stock<Produce>('kafkajs/src/protocol/requests/produce/v3/request.js', {
  Date: { now: () => Date.now() },
});
const { crc32c } = installed<{ crc32c: (bytes: Buffer) => number }>('@node-rs/crc32');
const { lookupCodec } = installed<{ lookupCodec: (type: number) => Compressor }>(
  'kafkajs/src/protocol/message/compression/index.js',
);
const fastRequest = createProduceRequest(stockRequest, crc32c, () => true, lookupCodec);

const text = fc.string({ unit: 'binary' });
/** As the pipeline hands it over: values may be texts, and the size may have been counted before. */
const message = fc
  .record({
    key: anyField,
    value: fc.oneof(anyField, text),
    headers: anyOutgoingHeaders,
    counted: fc.boolean(),
  })
  .map(({ counted, ...fields }) => {
    const contentSize = sizeOfContent(fields.key, fields.value, fields.headers);
    return counted ? { ...fields, contentSize } : fields;
  });
const stamped = fc
  .tuple(message, fc.option(fc.nat().map(String), { nil: undefined }))
  .map(([fields, timestamp]) => ({ ...fields, ...(timestamp !== undefined && { timestamp }) }));
const topicName = fc.string({ unit: fc.constantFrom('a', 'B', '.', '-'), minLength: 1, maxLength: 249 });

const request = (messages: fc.Arbitrary<ProduceArguments['topicData'][0]['partitions'][0]['messages'][0]>) =>
  fc.record({
    acks: fc.constantFrom(-1, 0, 1),
    timeout: fc.nat(2 ** 31 - 1),
    transactionalId: fc.option(fc.string(), { nil: null }),
    producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String),
    producerEpoch: fc.integer({ min: -1, max: 2 ** 15 - 1 }),
    topicData: fc.array(
      fc.record({
        topic: topicName,
        partitions: fc.array(
          fc.record({
            partition: fc.nat(2 ** 31 - 1),
            firstSequence: fc.nat(2 ** 31 - 1),
            messages: fc.array(messages, { minLength: 1, maxLength: 5 }),
          }),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 3 },
    ),
  });

const bytesOf = async (make: Produce, args: ProduceArguments) => (await make(args).encode()).buffer;

async function expectSame(args: ProduceArguments) {
  const [ours, theirs] = [await bytesOf(fastRequest, args), await bytesOf(stockRequest, args)];
  expect(ours.equals(theirs)).toBe(true);
}

/** A message of each length around which the varints before it grow. */
const lengths = [0, 1, 63, 64, 127, 128, 8_191, 8_192, 100_000, 1_048_576, 2_097_152];

describe('a Produce request encoded in one pass', () => {
  // Both take the time of a request without timestamps from the clock.
  beforeEach(
    () => void jest.useFakeTimers({ now: 1_694_479_551_000, doNotFake: ['nextTick', 'setImmediate'] }),
  );
  afterEach(() => void jest.useRealTimers());

  it('is byte for byte what kafkajs writes', async () => {
    await fc.assert(fc.asyncProperty(request(message), expectSame), { numRuns: 500 });
  });

  it('is so with timestamps given by the caller, which are left to kafkajs', async () => {
    await fc.assert(fc.asyncProperty(request(stamped), expectSame), { numRuns: 200 });
  });

  it('is so for values of any length and many records', async () => {
    const partition = (messages: ProduceArguments['topicData'][0]['partitions'][0]['messages']) => ({
      acks: -1,
      timeout: 1,
      topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }],
    });
    await expectSame(partition(lengths.map((length) => ({ key: null, value: Buffer.alloc(length, 'x') }))));
    await expectSame(
      partition(Array.from({ length: 20_000 }, () => ({ key: Buffer.from('k'), value: null }))),
    );
  });

  it.each(
    COMPRESSIONS.filter((one) => one !== 'none' && canCompress(one)).map(
      (name) => [name, compressionType(name)] as const,
    ),
  )('is so compressed with %s', async (_, compression) => {
    await fc.assert(
      fc.asyncProperty(request(message), (args) => expectSame({ ...args, compression })),
      { numRuns: 50 },
    );
    const messages = lengths.map((length) => ({ key: null, value: Buffer.alloc(length, 'xyz') }));
    const topicData = [{ topic: 't', partitions: [{ partition: 0, messages }] }];
    await expectSame({ acks: -1, timeout: 1, transactionalId: 'id', compression, topicData });
  });

  it('is as kafkajs makes it in all but the encoding', () => {
    const args = { acks: 0, timeout: 1, topicData: [] };
    const { encode, ...ours } = fastRequest(args) as unknown as Record<string, unknown>;
    expect(encode).toBeInstanceOf(Function);
    expect(ours).toMatchObject({ apiKey: 0, apiVersion: 3, apiName: 'Produce' });
    expect((ours['expectResponse'] as () => boolean)()).toBe(false);
  });

  it('is left to kafkajs when it is turned off', () => {
    const off = createProduceRequest(stockRequest, crc32c, () => false, lookupCodec);
    const args = { acks: -1, timeout: 1, topicData: [] };
    expect(String(off(args).encode)).toBe(String(stockRequest(args).encode));
  });
});
