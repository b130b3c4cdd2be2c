import { deprecationWarnings } from './deprecated.js';
import type { Setting, SettingsTable, SettingValues } from './setting.js';
import { find, type Found, type Sources } from './sources.js';

/**
 * A rule across settings. It is asked only when all the settings that it is `about` could be read.
 *
 * @publicApi
 */
export interface SettingsCheck<Values> {
  readonly about: readonly (keyof Values)[];
  /** What is wrong, naming the variables; `undefined` when nothing is. */
  readonly problem: (values: Values) => string | undefined;
  /** What may be wanted for once: it is logged, and the start goes on. @default false */
  readonly isWarning?: boolean;
}

type LoadedSettings<Values> =
  | { readonly ok: true; readonly values: Values; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[]; readonly warnings: readonly string[] };

/**
 * Reads a whole table. Never throws: the answer holds the typed values or every problem at once, of single
 * settings and across them. Problems quote what was given, except for secret settings.
 *
 * @publicApi
 */
export function loadSettings<Table extends SettingsTable>(
  table: Table,
  sources: Sources,
  checks: readonly SettingsCheck<SettingValues<Table>>[] = [],
): LoadedSettings<SettingValues<Table>> {
  const values: Record<string, unknown> = {};
  const refused = new Set<PropertyKey>();
  const problems = sources.fileProblem === undefined ? [] : [sources.fileProblem];

  for (const [key, setting] of Object.entries(table)) {
    const found = find(setting, sources);
    const text = found?.text ?? setting.default;
    values[key] = text === undefined ? undefined : setting.parse(text);
    if (found && values[key] === undefined) {
      refused.add(key);
      problems.push(refusal(setting, found));
    }
  }

  const typed = values as SettingValues<Table>;
  const warnings = deprecationWarnings(sources);
  for (const { about, problem, isWarning = false } of checks) {
    if (about.some((key) => refused.has(key))) continue;
    const found = problem(typed);
    if (found !== undefined) (isWarning ? warnings : problems).push(found);
  }

  return problems.length > 0 ? { ok: false, problems, warnings } : { ok: true, values: typed, warnings };
}

const QUOTED_LENGTH = 80;

function refusal({ accepts, secret }: Setting<unknown>, { name, text, place }: Found): string {
  const excerpt = text.length > QUOTED_LENGTH ? `${text.slice(0, QUOTED_LENGTH)}…` : text;
  const given = secret ? '' : `, not ${JSON.stringify(excerpt)}`;
  return `${name} must be ${accepts}${given} (set in ${place === '.env' ? place : 'the environment'})`;
}
