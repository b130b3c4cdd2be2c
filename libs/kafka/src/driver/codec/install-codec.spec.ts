import { describe, expect, it, jest } from '@jest/globals';
import { header } from '../../testing/records.js';
import { kafkajs } from '../kafkajs.js';
import { installed } from '../testing/stock.js';
import { installCodec } from './install-codec.js';
import { encodeRecord } from './record-encoder.js';

type Require = Parameters<typeof installCodec>[0];

interface Modules {
  version?: string;
  exports?: unknown;
  /** The end of a module's path that exports something else. */
  misfit?: string;
  cached?: boolean;
  checksum?: boolean;
}

/** Stands for the require of a project with some kafkajs installed. */
function fakeRequire({
  version = '2.2.4',
  exports = () => undefined,
  misfit,
  cached = true,
  checksum = true,
}: Modules) {
  const cache: Record<string, { exports: unknown }> = {};
  const load = (path: string): unknown => {
    if (path.endsWith('package.json')) return { version };
    if (path.endsWith('crc32') && !checksum) throw new Error('no binary');
    if (path.endsWith('crc32') || path.includes('compression')) return {};
    if (misfit !== undefined && path.endsWith(misfit)) return { encode: () => undefined };
    if (cached) cache[`/modules/${path}`] ??= { exports };
    return exports;
  };
  const require = Object.assign(load, { cache, resolve: (path: string) => `/modules/${path}` });
  return { cache, require: require as unknown as Require };
}

/** Stands for every stock function; kafkajs' batch is a class that is extended. */
function extensible() {
  return undefined;
}

describe('installing the codec', () => {
  it('replaces functions of kafkajs by others', () => {
    const stockFunction = extensible;
    const { cache, require } = fakeRequire({ exports: stockFunction });
    installCodec(require);
    const replaced = Object.keys(cache).filter((path) => cache[path]?.exports !== stockFunction);
    expect(replaced.map((path) => path.replace('/modules/kafkajs/src/', '')).sort()).toEqual([
      'consumer/batch.js',
      'consumer/filterAbortedMessages.js',
      'protocol/recordBatch/record/v0/index.js',
      'protocol/request.js',
      'protocol/requests/fetch/v4/decodeMessages.js',
      'protocol/requests/produce/v3/request.js',
    ]);
  });

  it.each([
    ['there is no native checksum', '@node-rs/crc32 has no binary', { checksum: false }],
    ['its module has another shape', 'produce/v3/request.js is not', { misfit: 'produce/v3/request.js' }],
    ['that of the framing has', 'protocol/request.js is not', { misfit: 'protocol/request.js' }],
  ])('keeps the stock encoder of what is written, with a warning, where %s', (_, reason, modules) => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    try {
      const { cache, require } = fakeRequire({ exports: extensible, ...modules });
      installCodec(require);
      expect(Object.keys(cache).some((path) => path.includes('produce/v3'))).toBe(false);
      expect(Object.keys(cache).some((path) => path.includes('filterAborted'))).toBe(true);
      expect(warn).toHaveBeenCalledTimes(1);
      expect(warn).toHaveBeenCalledWith(expect.stringMatching(`the slower way.*${reason}`));
    } finally {
      warn.mockRestore();
    }
  });

  it.each(['2.2.3', '2.2.5', '2.3.0', '3.0.0', '2.2.4-beta.1'])('refuses version %s', (version) => {
    const { cache, require } = fakeRequire({ version });
    expect(() => installCodec(require)).toThrow(`kafkajs 2.2.4 is needed, but ${version} is installed`);
    expect(cache).toEqual({});
  });

  it('refuses a module that is no function where kafkajs itself would lose something', () => {
    const { require } = fakeRequire({ exports: extensible, misfit: 'filterAbortedMessages.js' });
    expect(() => installCodec(require)).toThrow('is not the function it was');
  });

  it('refuses a module loader without a cache', () => {
    const { require } = fakeRequire({ cached: false });
    expect(() => installCodec(require)).toThrow('cannot be replaced');
  });
});

describe('kafkajs with the codec installed', () => {
  interface Batch {
    buffer: Buffer;
  }
  const { RecordBatch } = installed<{ RecordBatch: (batch: object) => Promise<Batch> }>(
    'kafkajs/src/protocol/recordBatch/v0/index.js',
  );
  const decodeRecords = installed<(decoder: unknown) => Promise<unknown[]>>(
    'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js',
  );
  const Decoder = installed<new (buffer: Buffer) => unknown>('kafkajs/src/protocol/decoder.js');

  it.each(['None', 'GZIP'] as const)('reads its own batches back, compression %s', async (compression) => {
    const headers = [header('b', null), header('a'), header('__proto__'), header('a', '')];
    const fields = { key: Buffer.from('k'), value: null, headers };
    const records = [0, 1].map((offsetDelta) => encodeRecord({ ...fields, offsetDelta }));
    const { buffer } = await RecordBatch({
      compression: kafkajs.CompressionTypes[compression],
      firstOffset: '40',
      firstTimestamp: '1694479551000',
      maxTimestamp: '1694479551000',
      records,
    });
    const size = Buffer.alloc(4);
    size.writeInt32BE(buffer.length * 2);
    // Twice, as a fetch brings many batches.
    const decoded = await decodeRecords(new Decoder(Buffer.concat([size, buffer, buffer])));
    expect(decoded).toEqual(
      ['40', '41', '40', '41'].map((offset): unknown =>
        expect.objectContaining({ ...fields, offset, timestamp: '1694479551000' }),
      ),
    );
  });
});
