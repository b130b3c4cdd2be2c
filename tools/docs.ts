// The pages under docs/ that are written by the code: see docs.spec.ts.
import { METRICS, type MetricDefinition, type Setting } from '../libs/ops/src/index.js';
import { format } from 'prettier';

type Table = Readonly<Record<string, Setting<unknown>>>;

const GENERATED = '<!-- Written by `npm run docs` from the code: change it there. -->';

/** docs/configuration.md: what both apps share first, then what is each one's own. */
export function configurationPage(apps: { consumer: Table; producer: Table }): Promise<string> {
  const consumer = Object.values(apps.consumer);
  const producer = Object.values(apps.producer);
  const isSame = (one: Setting<unknown>) => (other: Setting<unknown>) =>
    settingCells(one).join() === settingCells(other).join();
  const shared = consumer.filter((setting) => producer.some(isSame(setting)));
  const own = (settings: Setting<unknown>[]) => settings.filter((setting) => !shared.some(isSame(setting)));
  return page(
    '# Configuration',
    `Everything is set by environment variables. A file \`.env\` in the working directory fills in what the
environment leaves unset, and an empty value counts as unset. Where a setting has several names, the first that is
set counts, and any of them in the environment beats all of them in \`.env\`. A wrong value stops the start with one
message that lists every problem, and exit code 78.`,
    '## Both',
    settingsTable(shared),
    '## Consumer',
    settingsTable(own(consumer)),
    '## Producer',
    settingsTable(own(producer)),
  );
}

/** docs/metrics.md */
export function metricsPage(): Promise<string> {
  const rows = (app: MetricDefinition['app']) =>
    Object.entries<MetricDefinition>(METRICS)
      .filter(([, metric]) => metric.app === app)
      .map(([name, { type, labels, help, buckets }]) => [
        code(name),
        type,
        Object.entries(labels)
          .map(
            ([label, values]) => code(label) + (values.length > 0 ? `: ${values.map(code).join(', ')}` : ''),
          )
          .join('; '),
        help + (buckets ? ` Buckets up to ${buckets.join(', ')}.` : ''),
      ]);
  const section = (app: MetricDefinition['app']) => table(['Metric', 'Type', 'Labels', 'Meaning'], rows(app));
  return page(
    '# Metrics',
    'Each instance serves its metrics at `GET /metrics` in the Prometheus text format.',
    '## Both',
    `${section('both')}

The process itself is described by the metrics \`process_*\` and \`nodejs_*\` of prom-client: CPU, memory, file
descriptors, event loop lag, garbage collection.`,
    '## Consumer',
    section('consumer'),
    '## Producer',
    section('producer'),
  );
}

function settingsTable(settings: Setting<unknown>[]): string {
  return table(['Name', 'Default', 'Values', 'Meaning'], settings.map(settingCells));
}

function settingCells(setting: Setting<unknown>): string[] {
  const { name, aliases, default: preset, whenUnset, accepts, help } = setting;
  const names = [name, ...aliases].map(code).join(' or ');
  const value = preset ? code(preset) : (whenUnset ?? 'none');
  return [names, value, accepts, help];
}

const table = (head: string[], rows: string[][]) =>
  [head, head.map(() => '---'), ...rows].map(row).join('\n');
const row = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const code = (text: string) => `\`${text}\``;

const page = (title: string, ...parts: string[]) =>
  format([title, GENERATED, ...parts].join('\n\n'), {
    parser: 'markdown',
    printWidth: 110,
    proseWrap: 'always',
  });
