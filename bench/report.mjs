// npm run bench:report: puts what bench/results holds into docs/PERFORMANCE.md, between its marks, and draws the chart.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { root } from '../tools/lib/workspace.mjs';
import { toChart } from './lib/chart.mjs';
import { readResult } from './lib/results.mjs';
import { toMarkdown, toTable } from './lib/table.mjs';
import { targets } from './lib/targets.mjs';

const page = join(root, 'docs', 'PERFORMANCE.md');
const chart = join(root, 'docs', 'performance.svg');
const MARKS = ['<!-- results -->', '<!-- end of results -->'];

/** In the page's order. */
const TITLES = {
  drain: 'Draining a backlog',
  floor: 'The floor',
  latency: 'Latency at 2,000 events/s',
  'many-partitions': '2,000 events/s over 48 partitions',
  partitions: 'More partitions',
  backlog: 'A longer backlog',
  sizes: 'Larger values',
  invalid: 'More invalid events',
  instances: 'More instances',
  producer: 'The producer',
  enrichment: 'Look-ups by HTTP',
  index: 'An index of dead letters',
  soak: 'Memory over time',
};

const drain = readResult('drain');
if (drain) writeFileSync(chart, toChart(drain.rows, ['perSecond', 'cpuMicros']));
const [before, rest = ''] = readFileSync(page, 'utf8').split(MARKS[0] ?? '');
const after = rest.split(MARKS[1] ?? '')[1] ?? '';
const text = [before, MARKS[0], '\n\n', generated(), '\n\n', MARKS[1], after].join('');
writeFileSync(page, await format(text, { parser: 'markdown' }));

function generated() {
  const parts = Object.entries(TITLES).flatMap(([scenario, title]) => {
    const result = readResult(scenario);
    return result ? [`### ${title}\n\n${conditions(result)}\n\n${toTable(result.rows)}`] : [];
  });
  return [goals(), ...(drain ? ['![events/s and CPU per event](performance.svg)'] : []), ...parts].join(
    '\n\n',
  );
}

function goals() {
  const rows = targets().map(({ figure, value, unit, atLeast, atMost }) => {
    if (Number.isNaN(value)) return [figure, goalOf(atLeast, atMost), 'not measured', ''];
    const met = value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
    const verdict = atLeast === undefined && atMost === undefined ? '' : met ? 'yes' : '**no**';
    return [figure, goalOf(atLeast, atMost), `${value.toFixed(value < 10 ? 2 : 0)} ${unit}`, verdict];
  });
  return toMarkdown(['figure', 'goal', 'measured', 'met'], rows);
}

/** @param {number | undefined} atLeast @param {number | undefined} atMost */
function goalOf(atLeast, atMost) {
  if (atLeast !== undefined) return `at least ${atLeast}`;
  return atMost === undefined ? '' : `at most ${atMost}`;
}

/** @param {import('./lib/results.mjs').Result} result */
function conditions({ date, machine, versions, options }) {
  const list = (/** @type {Record<string, string | number>} */ some) =>
    Object.entries(some)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  return `${date.slice(0, 10)}; ${list(options)}; ${list(machine)}; ${list(versions)}.`;
}
