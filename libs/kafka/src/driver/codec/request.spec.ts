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
      headroom: fc.option(fc.nat(64), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ payload, headroom, apiKey, apiVersion, ...numbered }) => {
        const withRoom = Buffer.concat([Buffer.alloc(headroom ?? 0), payload]).subarray(headroom);
        const ourPayload = { buffer: withRoom, ...(headroom !== undefined && { headroom }) };
        const theirPayload = new Encoder().writeBuffer(Buffer.from(payload));
        const args = (encoded: { buffer: Buffer }) => ({
          ...numbered,
          request: { apiKey, apiVersion, encode: () => Promise.resolve(encoded) },
        });
        const [ours, theirs] = [
          await createRequest(args(ourPayload)),
          await stockRequest(args(theirPayload)),
        ];
        expect(ours.buffer.equals(theirs.buffer)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('whose payload has room in front of it is not copied', async () => {
    const bytes = Buffer.alloc(100);
    const payload = { buffer: bytes.subarray(50), headroom: 50 };
    const request = { apiKey: 0, apiVersion: 7, encode: () => Promise.resolve(payload) };
    const { buffer } = await createRequest({ correlationId: 1, clientId: 'client', request });
    expect([buffer.buffer, buffer.byteOffset]).toEqual([bytes.buffer, bytes.byteOffset + 50 - 14 - 6]);
  });
});
