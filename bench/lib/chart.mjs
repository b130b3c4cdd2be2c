// A bar chart as SVG, readable on light and on dark pages.
import { FIGURES } from './table.mjs';
import { median } from './statistics.mjs';

const WIDTH = 860;
const LABELS = 310;
const VALUES = 80;
const BAR = 18;
const STEP = 26;
const TITLE = 34;
const STYLE = `text { font: 13px system-ui, sans-serif; fill: #57606a } .title { font-weight: 600 }
rect { fill: #8c959f } .ours { fill: #2da44e } @media (prefers-color-scheme: dark) { text { fill: #b1bac4 } }`;

/**
 * One panel of bars for each figure, the pipeline's in another colour.
 * @param {import('./results.mjs').Row[]} rows
 * @param {string[]} figures
 */
export function toChart(rows, figures) {
  const height = figures.length * panelHeight(rows);
  const panels = figures.map((figure, index) => panel(rows, figure, index * panelHeight(rows)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">
<style>${STYLE}</style>
${panels.join('\n')}
</svg>
`;
}

/** @param {unknown[]} rows */
const panelHeight = (rows) => TITLE + rows.length * STEP + 10;

/** @param {import('./results.mjs').Row[]} rows @param {string} figure @param {number} top */
function panel(rows, figure, top) {
  const [title = figure, decimals = 0] = FIGURES[figure] ?? [];
  const values = rows.map(({ figures }) => median(figures[figure] ?? []));
  const scale = (WIDTH - LABELS - VALUES) / Math.max(...values);
  const bars = rows.map(({ name }, index) => {
    const value = values[index] ?? 0;
    const y = top + TITLE + index * STEP;
    const length = (value * scale).toFixed(1);
    const shown = value.toLocaleString('en', { maximumFractionDigits: decimals });
    return `<text x="${LABELS - 10}" y="${y + 14}" text-anchor="end">${name}</text>
<rect x="${LABELS}" y="${y}" width="${length}" height="${BAR}"${name.startsWith('pipeline') ? ' class="ours"' : ''}/>
<text x="${LABELS + Number(length) + 6}" y="${y + 14}">${shown}</text>`;
  });
  return [`<text x="${LABELS}" y="${top + 22}" class="title">${title}</text>`, ...bars].join('\n');
}
