import type { createRequire } from 'node:module';
import { filterAborted } from './filter-aborted.js';
import { decodeRecord } from './record-decoder.js';
import { encodeRecord } from './record-encoder.js';
import { replaceModule } from './replace-module.js';

/** The one version whose internals are known; package.json pins it. */
const VERSION = '2.2.4';

const REPLACEMENTS = {
  'kafkajs/src/protocol/recordBatch/record/v0/index.js': encodeRecord,
  'kafkajs/src/protocol/recordBatch/record/v0/decoder.js': decodeRecord,
  'kafkajs/src/consumer/filterAbortedMessages.js': filterAborted,
} as const;

/**
 * Puts our record encoder and decoder in the place of kafkajs' own, before anything loads them: the stock
 * ones lose the order of headers, fail on null header values and take quadratic time over many headers.
 * Its filter of aborted records, which lets some through, is replaced with them.
 * @throws Error when the installed kafkajs is another version or has another shape
 */
export function installCodec(require: ReturnType<typeof createRequire>): void {
  const { version } = require('kafkajs/package.json') as { version: string };
  if (version !== VERSION) throw new Error(`kafkajs ${VERSION} is needed, but ${version} is installed`);
  for (const [path, replacement] of Object.entries(REPLACEMENTS)) {
    replaceModule(require, path, replacement);
  }
}
