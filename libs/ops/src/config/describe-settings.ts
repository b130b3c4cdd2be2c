import type { SettingsTable, SettingValues } from './setting.js';

/**
 * What one setting is in force as.
 *
 * @publicApi
 */
export interface DescribedSetting {
  /** The environment variable. */
  readonly name: string;
  /** Null while it is unset and has no default; `***` for a secret. */
  readonly value: unknown;
}

const MASK = '***';

/**
 * The effective configuration, in the order of its table; secrets show only whether they are set.
 *
 * @publicApi
 */
export const describeSettings = <Table extends SettingsTable>(
  table: Table,
  values: SettingValues<Table>,
): readonly DescribedSetting[] =>
  Object.entries(table).map(([key, { name, secret }]) => {
    const value: unknown = values[key] ?? null;
    const isSet = value !== null && !(Array.isArray(value) && value.length === 0);
    return { name, value: secret && isSet ? MASK : value };
  });
