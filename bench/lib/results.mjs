import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { pinnedNode, root } from '../../tools/lib/workspace.mjs';

const folder = join(root, 'bench', 'results');

/** Their load is their own, whatever --events says. */
const HAS_OWN_LOAD = new Set(['latency', 'many-partitions', 'producer', 'enrichment']);

/**
 * @typedef {Record<string, number>} Figures by name, see FIGURES in table.mjs
 * @typedef {{ name: string, figures: Record<string, number[]> }} Row one figure of every round
 * @typedef {{
 *   scenario: string,
 *   date: string,
 *   machine: Record<string, string | number>,
 *   versions: Record<string, string>,
 *   options: Record<string, number>,
 *   rows: Row[],
 * }} Result
 */

/** @param {string} scenario @returns {Result | undefined} */
export function readResult(scenario) {
  const file = fileOf(scenario);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

/**
 * @param {string} scenario
 * @param {import('./context.mjs').Context} context
 * @param {Row[]} rows
 */
export async function recordResult(scenario, { java, events, rounds, minutes }, rows) {
  /** @type {Result} */
  const result = {
    scenario,
    date: new Date().toISOString(),
    machine: machine(),
    versions: versions(java),
    options: optionsOf(scenario, { events, rounds, minutes }),
    rows: rows.map(({ name, figures }) => ({
      name,
      figures: Object.fromEntries(
        Object.entries(figures).map(([figure, values]) => [
          figure,
          values.map((value) => Number(value.toPrecision(4))),
        ]),
      ),
    })),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(scenario), await format(JSON.stringify(result), { parser: 'json', printWidth: 110 }));
}

/** @param {string} scenario @param {{ events: number, rounds: number, minutes: number }} options those that count for it */
function optionsOf(scenario, { events, rounds, minutes }) {
  if (scenario === 'soak') return { minutes };
  return HAS_OWN_LOAD.has(scenario) ? { rounds } : { events, rounds };
}

/** @param {string} scenario */
const fileOf = (scenario) => join(folder, `${scenario}.json`);

const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1e9),
  system: `${type()} ${release()}`,
});

/** @param {string} java */
function versions(java) {
  const baseline = readFileSync(join(root, 'bench', 'baselines', 'kafka-streams', 'pom.xml'), 'utf8');
  const { version: kafkajs } = JSON.parse(
    readFileSync(join(root, 'node_modules', 'kafkajs', 'package.json'), 'utf8'),
  );
  return {
    node: execFileSync(pinnedNode(), ['--version'], { encoding: 'utf8' }).trim().slice(1),
    kafkajs,
    kafka: /<kafka.version>(.*)<\/kafka.version>/.exec(baseline)?.[1] ?? 'unknown',
    java: execFileSync(java, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? 'unknown',
  };
}
