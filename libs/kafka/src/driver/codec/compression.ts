import type { createRequire } from 'node:module';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { snappyBlocks, snappyFrame } from './snappy-framing.js';

type Require = ReturnType<typeof createRequire>;

/** What kafkajs asks of a compression. */
interface Codec {
  /** @param encoder kafkajs' own, of which the bytes are read */
  readonly compress: (encoder: { readonly buffer: Buffer }) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
}

interface KafkaJsCompression {
  readonly CompressionTypes: Readonly<Record<'GZIP' | 'Snappy' | 'LZ4' | 'ZSTD', number>>;
  readonly CompressionCodecs: Record<number, () => Codec>;
}

export const COMPRESSIONS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/** Whether this Node.js has what the compression needs. */
export const canCompress = (compression: Compression): boolean =>
  compression !== 'zstd' || 'zstdCompress' in zlib;

/** A few kilobytes of gzip or zstd can stand for gigabytes; lz4 and snappy expand 255 and 21 times at most. */
const MOST_EXPANDED_BYTES = 128 * 1024 * 1024;

/** A compressed batch is larger than this process can be asked to hold. It is asked for again and again. */
class ExpandedTooLargeError extends Error {
  override readonly name = 'ExpandedTooLargeError';
  readonly retriable = true;

  constructor() {
    super(`a compressed batch expands to more than ${String(MOST_EXPANDED_BYTES)} bytes`);
  }
}

/**
 * Lets kafkajs read and write snappy, lz4 and zstd; by itself it knows gzip only, and a record compressed
 * otherwise would end the consumer. The native packages are loaded when the first such record arrives.
 */
export function installCompression(
  { CompressionTypes, CompressionCodecs }: KafkaJsCompression,
  require: Require,
): void {
  CompressionCodecs[CompressionTypes.GZIP] = () =>
    codec(promisify<Buffer, Buffer>(zlib.gzip), bounded(promisify(zlib.unzip)));
  CompressionCodecs[CompressionTypes.ZSTD] = () => {
    if (!canCompress('zstd')) throw new Error('records compressed with zstd need Node.js 24');
    return codec(promisify<Buffer, Buffer>(zlib.zstdCompress), bounded(promisify(zlib.zstdDecompress)));
  };
  CompressionCodecs[CompressionTypes.LZ4] = () => {
    const { compressFrame, decompressFrame } = require('lz4-napi') as Record<
      'compressFrame' | 'decompressFrame',
      Convert
    >;
    return codec(compressFrame, decompressFrame);
  };
  CompressionCodecs[CompressionTypes.Snappy] = () => {
    const { compress, uncompress } = require('snappy') as Record<'compress' | 'uncompress', Convert>;
    return codec(
      (bytes) => snappyFrame(bytes, compress),
      async (bytes) =>
        Buffer.concat(await Promise.all(snappyBlocks(bytes).map((block) => uncompress(block)))),
    );
  };
}

type Convert = (bytes: Buffer) => Promise<Buffer>;

/** @throws ExpandedTooLargeError */
const bounded =
  (expand: (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>): Convert =>
  async (bytes) => {
    try {
      return await expand(bytes, { maxOutputLength: MOST_EXPANDED_BYTES });
    } catch (error) {
      throw (error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE'
        ? new ExpandedTooLargeError()
        : error;
    }
  };

const codec = (compress: Convert, decompress: Convert): Codec => ({
  compress: ({ buffer }) => compress(buffer),
  decompress,
});
