import { run as deadLetters } from './dead-letters.mjs';
import { run as drain } from './drain.mjs';
import { run as enrichment } from './enrichment.mjs';
import { run as floor } from './floor.mjs';
import { backlog, instances, invalid, partitions, sizes } from './growth.mjs';
import { run as latency } from './latency.mjs';
import { run as manyPartitions } from './many-partitions.mjs';
import { run as producer } from './producer.mjs';
import { run as quick } from './quick.mjs';
import { run as soak } from './soak.mjs';

/** @typedef {(context: import('../lib/context.mjs').Context) => Promise<import('../lib/results.mjs').Row[]>} Run */

/** By the name they are chosen and recorded with. @type {Record<string, Run>} */
export const SCENARIOS = {
  drain,
  floor,
  latency,
  'many-partitions': manyPartitions,
  partitions,
  backlog,
  sizes,
  invalid,
  instances,
  producer,
  enrichment,
  index: deadLetters,
  soak,
  quick,
};
