import type { createRequire } from 'node:module';
import { createBatchClass, type BatchClass } from './fetched-batch.js';
import { createDecodeRecords, type DecodeRecords } from './fetched-records.js';
import { filterAborted } from './filter-aborted.js';
import { createProduceRequest, type Compressor, type Produce } from './produce-request.js';
import { encodeRecord } from './record-encoder.js';
import { orStock, replaceModule } from './replace-module.js';
import { createRequest } from './request.js';

type Require = ReturnType<typeof createRequire>;

/** The one version whose internals are known; package.json pins it. */
const VERSION = '2.2.4';

const CHECKSUM = '@node-rs/crc32';
const COMPRESSION = 'kafkajs/src/protocol/message/compression/index.js';

/** Whether requests are encoded in one pass; read at every request. */
export const fastEncoder = { enabled: true };

/**
 * Puts our own functions in the place of kafkajs', before anything loads them. Those about records, batches and
 * their filter are for correctness: the stock ones lose the order of headers, fail on null header values, let
 * aborted records through and take quadratic time over many headers. Without one of these nothing starts. How
 * requests are framed and those to write are built is for speed alone: where that cannot be put in place, what is
 * stock stays, and a warning says so.
 * @throws Error when the installed kafkajs is another version, or a module that has to be replaced has another shape
 */
export function installCodec(require: Require): void {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== VERSION) throw new Error(`kafkajs ${VERSION} is needed, but ${version} is installed`);
  replaceModule(require, 'kafkajs/src/protocol/recordBatch/record/v0/index.js', () => encodeRecord);
  replaceModule(require, 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js', (stock: DecodeRecords) =>
    createDecodeRecords(stock, compressionsOf(require).lookupCodecByAttributes),
  );
  replaceModule(require, 'kafkajs/src/consumer/filterAbortedMessages.js', () => filterAborted);
  replaceModule(require, 'kafkajs/src/consumer/batch.js', (stock: BatchClass) =>
    createBatchClass(stock, filterAborted),
  );
  orStock('requests are built the slower way', () => installFastEncoder(require));
}

/** @throws Error when there is no native checksum for this platform, or a module has another shape */
function installFastEncoder(require: Require): void {
  const crc32c = loadChecksum(require);
  replaceModule(require, 'kafkajs/src/protocol/request.js', () => createRequest);
  replaceModule(require, 'kafkajs/src/protocol/requests/produce/v3/request.js', (stock: Produce) =>
    createProduceRequest(stock, crc32c, () => fastEncoder.enabled, compressionsOf(require).lookupCodec),
  );
}

function loadChecksum(require: Require): (bytes: Buffer) => number {
  try {
    return (require(CHECKSUM) as { crc32c: (bytes: Buffer) => number }).crc32c;
  } catch (cause) {
    throw new Error(`${CHECKSUM} has no binary for this platform`, { cause });
  }
}

interface Compressions {
  readonly lookupCodec: (type: number) => Compressor;
  readonly lookupCodecByAttributes: Parameters<typeof createDecodeRecords>[1];
}

const compressionsOf = (require: Require) => require(COMPRESSION) as Compressions;
