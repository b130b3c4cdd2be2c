import type { CompressionTypes } from 'kafkajs';
import type { Compression } from './codec/compression.js';
import { kafkajs } from './kafkajs.js';

const NAMES = { none: 'None', gzip: 'GZIP', snappy: 'Snappy', lz4: 'LZ4', zstd: 'ZSTD' } as const;

/** kafkajs' own value for a compression. */
export const compressionType = (compression: Compression = 'none'): CompressionTypes =>
  kafkajs.CompressionTypes[NAMES[compression]];
