// What is compared. Each is configured by the pipeline's own variables.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformFile } from '@swc/core';
import { pinnedNode, root } from '../../tools/lib/workspace.mjs';
import { kafkaStreamsClasspath } from './kafka-streams.mjs';

/**
 * @typedef {{ command: string, args: string[], env?: Record<string, string> }} Command
 * @typedef {{
 *   name: string,
 *   command: (context: import('./context.mjs').Context) => Promise<Command>,
 *   hasRules?: false,
 *   writes?: false,
 *   members?: number,
 * }} Program `hasRules` false: it takes every JSON for valid; `writes` false: nothing is sent; `members`: so many of
 *   its group are one instance (1)
 */

const baseline = (/** @type {string} */ file) => join(root, 'bench', 'baselines', file);

/** @param {string} file @param {Record<string, string>} [env] @param {string[]} [flags] @returns {Promise<Command>} */
const node = (file, env = {}, flags = []) =>
  Promise.resolve({ command: pinnedNode(), args: [...flags, file], env });

/** What the image gives Node.js, which is what is in use. @returns {string[]} */
function imageFlags() {
  const dockerfile = readFileSync(join(root, 'deploy', 'docker', 'Dockerfile'), 'utf8');
  const command = /^CMD (\[.*\])$/m.exec(dockerfile)?.[1];
  if (!command) throw new Error('the Dockerfile has no CMD in its exec form');
  return JSON.parse(command).slice(1, -1);
}

/** @param {string} name @param {Record<string, string>} [env] @returns {Program} */
const pipeline = (name, env) => ({
  name,
  command: () => node(join(root, 'apps', 'consumer', 'dist', 'main.js'), env, imageFlags()),
});

export const EXACTLY_ONCE = pipeline('pipeline, exactly once', { DELIVERY_GUARANTEE: 'exactly-once' });
export const AT_LEAST_ONCE = pipeline('pipeline, at least once', { DELIVERY_GUARANTEE: 'at-least-once' });
export const STOCK_ENCODER = pipeline('pipeline, exactly once, stock encoder', {
  KAFKA_FAST_ENCODER: 'false',
});

/** Waits for more events before it writes: made for light load over many partitions. @param {number} ms */
export const lingering = (ms) =>
  pipeline(`pipeline, exactly once, BATCH_LINGER_MS=${ms}`, { BATCH_LINGER_MS: String(ms) });

/** Looks every event up. @param {string} url @param {number} poolSize */
export const withEnrichment = (url, poolSize) =>
  pipeline(`pipeline, exactly once, ${poolSize} look-ups at once`, {
    ENRICHMENT_URL: url,
    KAFKA_WORKER_POOL_SIZE: String(poolSize),
  });

/** @type {Program} */
export const BARE_LOOP = {
  name: 'bare loop, exactly once',
  command: () => node(baseline('bare-loop.mjs')),
  hasRules: false,
};

/** @type {Program} */
export const CONSUMING = {
  name: 'consuming alone',
  command: () => node(baseline('floor.mjs')),
  writes: false,
};

/** @type {Program} */
export const PARSING = {
  name: 'consuming, JSON parsed and written',
  command: () => node(baseline('floor.mjs'), { PARSE: 'true' }),
  writes: false,
};

/** @type {Program} */
export const KAFKAJS_LOOP = {
  name: 'kafkajs loop, at least once',
  command: () => node(baseline('kafkajs-loop.mjs')),
};

/** @type {Program} */
export const PLAIN_NEST = { name: 'plain Nest', command: async () => node(await compilePlainNest()) };

/** @param {{ threads?: number, commitMs?: number }} [options] @returns {Program} */
export const kafkaStreams = ({ threads = 1, commitMs } = {}) => ({
  name: `Kafka Streams exactly_once_v2, ${threads} thread${threads === 1 ? '' : 's'}${commitMs ? `, commit ${commitMs} ms` : ''}`,
  members: threads,
  command: async ({ java, dir, signal }) => ({
    command: java,
    args: [
      '-Xmx512m',
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      ...['-cp', await kafkaStreamsClasspath(signal)],
      'baseline.Main',
    ],
    env: {
      STREAM_THREADS: String(threads),
      STATE_DIR: join(dir, 'kafka-streams'),
      ...(commitMs && { COMMIT_INTERVAL_MS: String(commitMs) }),
    },
  }),
});

/** Compiled here, because Node.js runs no decorators. @returns {Promise<string>} */
async function compilePlainNest() {
  const { code } = await transformFile(baseline('plain-nest.ts'), {
    jsc: {
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      target: 'es2024',
    },
    module: { type: 'es6' },
  });
  const folder = join(root, 'bench', 'dist');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'plain-nest.mjs');
  writeFileSync(file, code);
  return file;
}
