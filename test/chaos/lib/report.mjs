import { appendFileSync, readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { VERSION } from '../../../tools/lib/kafka.mjs';
import { root } from '../../../tools/lib/workspace.mjs';

const COLUMNS = [
  'seed',
  'events',
  'faults',
  'lost',
  'doubled',
  'misrouted',
  'altered',
  'out of order',
  'instances that ended badly',
  'longest pause',
  'slowest recovery',
];

/** @param {readonly (string | number)[]} cells */
const line = (cells) => `| ${cells.join(' | ')} |`;

export const TABLE_HEAD = `${line(COLUMNS)}\n${line(COLUMNS.map(() => '---'))}`;

/** @param {import('./run-seed.mjs').Result} result */
const countsOf = ({ verdict: { lost, doubled, misrouted, altered, disordered } }) => [
  lost,
  doubled,
  misrouted,
  altered,
  disordered,
];

/** @param {import('./run-seed.mjs').Result} result */
export const failuresOf = (result) =>
  countsOf(result).reduce((sum, count) => sum + count, result.broken.length);

/** @param {import('./run-seed.mjs').Run} run @param {import('./run-seed.mjs').Result} result */
export function row({ seed, events, faults }, result) {
  const times = [result.longestPauseMs, result.slowestRecoveryMs].map((ms) => `${(ms / 1_000).toFixed(1)} s`);
  return line([seed, events, faults, ...countsOf(result), result.broken.length, ...times]);
}

/** Appends the rows to a file, with what they were made on. @param {string} file @param {string[]} rows */
export function record(file, rows) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/node/package.json'), 'utf8'));
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${memory}`;
  const versions = `Kafka ${VERSION}, Node.js ${version}, kafkajs 2.2.4`;
  const date = new Date().toISOString().slice(0, 10);
  appendFileSync(file, `\n${date}, ${versions}, ${machine}:\n\n${[TABLE_HEAD, ...rows].join('\n')}\n`);
}
