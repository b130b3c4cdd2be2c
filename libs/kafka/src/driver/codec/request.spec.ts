import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stock } from '../testing/stock.js';
import { createRequest } from './request.js';

const stockRequest = stock<typeof createRequest>('kafkajs/src/protocol/request.js');
const Encoder = stock<new () => { writeBuffer(bytes: Buffer): { buffer: Buffer } }>(
  'kafkajs/src/protocol/encoder.js',
);

describe('a request', () => {
  it('is byte for byte what kafkajs writes', async () => {
    const int16 = fc.integer({ min: 0, max: 2 ** 15 - 1 });
    const request = fc.record({
      correlationId: fc.nat(2 ** 31 - 1),
      clientId: fc.option(fc.string(), { nil: null }),
      apiKey: int16,
      apiVersion: int16,
      payload: fc.uint8Array(),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ payload, apiKey, apiVersion, ...numbered }) => {
        const encode = () => Promise.resolve(new Encoder().writeBuffer(Buffer.from(payload)));
        const args = { ...numbered, request: { apiKey, apiVersion, encode } };
        const [ours, theirs] = [await createRequest(args), await stockRequest(args)];
        expect(ours.buffer.equals(theirs.buffer)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
