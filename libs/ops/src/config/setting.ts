/**
 * One setting, declared once: its loading, its error message and its line in docs/configuration.md all come
 * from here.
 *
 * @publicApi
 */
export interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  /** Other names for the same setting, weakest last. */
  readonly aliases: readonly string[];
  /** What it does, for the documentation. */
  readonly help: string;
  /** Completes "NAME must be …". */
  readonly accepts: string;
  readonly unit?: string;
  /** The values of secret settings are quoted nowhere. */
  readonly secret: boolean;
  /** As a user would write it. Without a default an unset setting is `undefined`. */
  readonly default: string | undefined;
  /** What the documentation says in place of a default. */
  readonly whenUnset?: string;
  /** The typed value, or `undefined` when the text is refused. */
  readonly parse: (text: string) => T | undefined;
}

/** What every builder asks for. `D` is `undefined` for a setting that may stay unset. */
export interface SettingOptions<D> {
  readonly default: D;
  readonly help: string;
  readonly aliases?: readonly string[];
  readonly unit?: string;
  readonly secret?: boolean;
  readonly whenUnset?: string;
}

/** Settings under the names that the program uses for them. */
export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;

/**
 * The typed values of a table.
 *
 * @publicApi
 */
export type SettingValues<Table extends SettingsTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Setting<infer T> ? T : never;
};

/**
 * The builder under all others, for values with a form of their own.
 *
 * @param options.default in the text form that users write; it must be a value that `parse` accepts
 * @param options.accepts completes the sentence "NAME must be …"
 * @throws Error when the default is refused: a mistake in the program, not in its configuration
 *
 * @publicApi
 */
export function setting<T, D extends string | undefined = string>(
  name: string,
  options: SettingOptions<D> & Pick<Setting<T>, 'accepts' | 'parse'>,
): Setting<D extends string ? T : T | undefined> {
  if (options.default !== undefined && options.parse(options.default) === undefined) {
    throw new Error(`The default of ${name} must be ${options.accepts}`);
  }
  const built: Setting<T | undefined> = { aliases: [], secret: false, ...options, name };
  return built as Setting<D extends string ? T : T | undefined>;
}

/**
 * Checks a table and gives it its type.
 *
 * @throws Error when two settings share a name or an alias
 *
 * @publicApi
 */
export function defineSettings<const Table extends SettingsTable>(table: Table): Table {
  const names = Object.values(table).flatMap(({ name, aliases }) => [name, ...aliases]);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two settings are called ${twice}`);
  return table;
}
