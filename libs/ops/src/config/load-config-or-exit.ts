import { loadSettings, type SettingsCheck } from './load-settings.js';
import type { SettingsTable, SettingValues } from './setting.js';
import { readSources } from './sources.js';

/** sysexits.h: EX_CONFIG. */
const EXIT_CONFIGURATION = 78;

/**
 * The settings of this process, from its environment and the `.env` in its working directory. When anything is
 * wrong, one message on stderr lists every problem and the process ends with exit code 78.
 *
 * @returns the values, and warnings to log once there is a logger
 *
 * @publicApi
 */
export function loadConfigOrExit<Table extends SettingsTable>(
  table: Table,
  checks: readonly SettingsCheck<SettingValues<Table>>[] = [],
): { config: SettingValues<Table>; warnings: readonly string[] } {
  const loaded = loadSettings(table, readSources({ cwd: process.cwd(), env: process.env }), checks);
  if (loaded.ok) return { config: loaded.values, warnings: loaded.warnings };
  process.stderr.write(
    `The configuration is wrong:\n${loaded.problems.map((line) => `  - ${line}\n`).join('')}`,
  );
  process.exit(EXIT_CONFIGURATION);
}
