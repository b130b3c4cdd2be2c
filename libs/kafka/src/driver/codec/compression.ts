import type { createRequire } from 'node:module';
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

type Require = ReturnType<typeof createRequire>;

/** What kafkajs asks of a compression. */
interface Codec {
  readonly compress: (encoder: unknown) => Promise<Buffer>;
  readonly decompress: (bytes: Buffer) => Promise<Buffer>;
}

interface KafkaJsCompression {
  readonly CompressionTypes: Readonly<Record<'Snappy' | 'LZ4' | 'ZSTD', number>>;
  readonly CompressionCodecs: Record<number, () => Codec>;
}

/** What Java writes around blocks of snappy: a mark, two version numbers, then every block with its length. */
const XERIAL_MARK = Buffer.from('\u0082SNAPPY\0', 'latin1');
const XERIAL_HEADER = 16;

/**
 * Lets kafkajs read what others have compressed with snappy, lz4 or zstd; by itself it knows gzip only, and a
 * record compressed otherwise would end the consumer. Nothing is written compressed. The native packages are
 * loaded when the first such record arrives.
 */
export function installCompression(
  { CompressionTypes, CompressionCodecs }: KafkaJsCompression,
  require: Require,
): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => {
    if (!('zstdDecompress' in zlib)) throw new Error('records compressed with zstd need Node.js 24');
    return readOnly(promisify(zlib.zstdDecompress));
  };
  CompressionCodecs[CompressionTypes.LZ4] = () => {
    const { decompressFrame } = require('lz4-napi') as { decompressFrame: Codec['decompress'] };
    return readOnly(decompressFrame);
  };
  CompressionCodecs[CompressionTypes.Snappy] = () => {
    const { uncompress } = require('snappy') as { uncompress: Codec['decompress'] };
    return readOnly(async (bytes) =>
      Buffer.concat(await Promise.all(snappyBlocks(bytes).map((block) => uncompress(block)))),
    );
  };
}

const readOnly = (decompress: Codec['decompress']): Codec => ({
  compress: () => Promise.reject(new Error('nothing is written compressed')),
  decompress,
});

/** The raw blocks of Java's framing; librdkafka writes one block without any. @throws RangeError where bytes are missing */
export function snappyBlocks(bytes: Buffer): Buffer[] {
  if (!bytes.subarray(0, XERIAL_MARK.length).equals(XERIAL_MARK)) return [bytes];
  const blocks: Buffer[] = [];
  for (let at = XERIAL_HEADER; at < bytes.length;) {
    const start = at + 4;
    at = start + bytes.readUInt32BE(at);
    if (at > bytes.length) throw new RangeError('a block of snappy is cut off');
    blocks.push(bytes.subarray(start, at));
  }
  return blocks;
}
