import { median } from './statistics.mjs';

/** Every figure that is measured: its heading, and the decimals it is worth. @type {Record<string, [string, number]>} */
export const FIGURES = {
  perSecond: ['events/s', 0],
  seconds: ['seconds', 1],
  shareOfPossible: ['of what the pool can do', 2],
  cpuMicros: ['CPU µs/event', 2],
  brokerMicros: ['CPU of the broker µs/event', 2],
  peakMb: ['peak memory MB', 0],
  mbPerSecond: ['MB/s', 1],
  p50: ['p50 ms', 1],
  p99: ['p99 ms', 1],
  startMb: ['most memory before MB', 0],
  riseMb: ['rise MB', 1],
  noiseMb: ['noise MB', 1],
  leftMb: ['left of the heap by full collections MB', 0],
  leftRiseMb: ['its rise MB', 1],
  leftNoiseMb: ['its noise MB', 1],
  deadLetters: ['dead letters', 0],
  backSeconds: ['back at full speed after s', 1],
};

/** Rows as a table in Markdown: median (least to most) of the rounds. @param {import('./results.mjs').Row[]} rows */
export function toTable(rows) {
  const measured = new Set(rows.flatMap(({ figures }) => Object.keys(figures)));
  const shown = Object.keys(FIGURES).filter((figure) => measured.has(figure));
  const cells = (/** @type {import('./results.mjs').Row} */ { name, figures }) => [
    name,
    ...shown.map((figure) => spread(figures[figure] ?? [], FIGURES[figure]?.[1] ?? 0)),
  ];
  return toMarkdown(['', ...shown.map((figure) => FIGURES[figure]?.[0] ?? figure)], rows.map(cells));
}

/** @param {string[]} heading @param {string[][]} rows */
export const toMarkdown = (heading, rows) =>
  [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** @param {number[]} values @param {number} decimals */
function spread(values, decimals) {
  if (values.length === 0) return '';
  const middle = median(values).toFixed(decimals);
  if (values.length === 1) return middle;
  return `${middle} (${Math.min(...values).toFixed(decimals)} to ${Math.max(...values).toFixed(decimals)})`;
}
