import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { installCompression } from './compression.js';

const types = { GZIP: 1, Snappy: 2, LZ4: 3, ZSTD: 4 };
const codecs: Parameters<typeof installCompression>[0]['CompressionCodecs'] = {};
const { createRequire } = process.getBuiltinModule('node:module');
installCompression({ CompressionTypes: types, CompressionCodecs: codecs }, createRequire(import.meta.url));

const decompress = (type: number, bytes: Buffer) => codecs[type]?.().decompress(bytes);

describe.each([
  ['gzip', types.GZIP, promisify<Buffer, Buffer>(zlib.gzip)],
  ['zstd', types.ZSTD, promisify<Buffer, Buffer>(zlib.zstdCompress)],
] as const)('%s', (_, type, compress) => {
  it('expands to what was compressed', async () => {
    const bytes = Buffer.from('login '.repeat(1_000));
    expect(await decompress(type, await compress(bytes))).toEqual(bytes);
  });

  it('is not expanded to more than a process can hold', async () => {
    const bomb = await compress(Buffer.alloc(128 * 1024 * 1024 + 1));
    expect(bomb.length).toBeLessThan(200_000);
    await expect(decompress(type, bomb)).rejects.toMatchObject({
      name: 'ExpandedTooLargeError',
      retriable: true,
    });
  });
});
