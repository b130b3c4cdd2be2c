import { describe, expect, it } from '@jest/globals';
import { header } from '../../testing/records.js';
import { kafkajs } from '../kafkajs.js';
import { installed } from '../testing/stock.js';
import { installCodec } from './install-codec.js';
import { encodeRecord } from './record-encoder.js';

type Require = Parameters<typeof installCodec>[0];

interface Modules {
  version?: string;
  exports?: unknown;
  cached?: boolean;
}

/** Stands for the require of a project with some kafkajs installed. */
function fakeRequire({ version = '2.2.4', exports = () => undefined, cached = true }: Modules) {
  const cache: Record<string, { exports: unknown }> = {};
  const load = (path: string): unknown => {
    if (path.endsWith('package.json')) return { version };
    if (cached) cache[`/modules/${path}`] ??= { exports };
    return exports;
  };
  const require = Object.assign(load, { cache, resolve: (path: string) => `/modules/${path}` });
  return { cache, require: require as unknown as Require };
}

describe('installing the codec', () => {
  it('replaces three functions of kafkajs by three others', () => {
    const stockFunction = () => undefined;
    const { cache, require } = fakeRequire({ exports: stockFunction });
    installCodec(require);
    const replacements = Object.values(cache).map(({ exports }) => exports);
    expect(new Set(replacements).size).toBe(3);
    expect(replacements).not.toContain(stockFunction);
  });

  it.each(['2.2.3', '2.2.5', '2.3.0', '3.0.0', '2.2.4-beta.1'])('refuses version %s', (version) => {
    const { cache, require } = fakeRequire({ version });
    expect(() => installCodec(require)).toThrow(`kafkajs 2.2.4 is needed, but ${version} is installed`);
    expect(cache).toEqual({});
  });

  it('refuses a module that is no function', () => {
    const { require } = fakeRequire({ exports: { encode: () => undefined } });
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
  const decodeBatch = installed<(decoder: unknown) => Promise<{ records: unknown[] }>>(
    'kafkajs/src/protocol/recordBatch/v0/decoder.js',
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
    const decoded = await decodeBatch(new Decoder(buffer));
    expect(decoded.records).toEqual(
      ['40', '41'].map((offset): unknown =>
        expect.objectContaining({ ...fields, offset, timestamp: '1694479551000' }),
      ),
    );
  });
});
