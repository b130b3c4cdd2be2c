import { setting, type Setting, type SettingOptions } from './setting.js';

interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

/**
 * A whole number in decimal digits, within its bounds.
 *
 * @publicApi
 */
export function integer<D extends number | undefined>(
  name: string,
  options: SettingOptions<D> & Bounds,
): Setting<number | D> {
  return numeric(name, options, 'an integer', /^[+-]?\d+$/, Number.isSafeInteger);
}

/**
 * A number that may have a fraction, within its bounds.
 *
 * @publicApi
 */
export function decimal<D extends number | undefined>(
  name: string,
  options: SettingOptions<D> & Bounds,
): Setting<number | D> {
  return numeric(name, options, 'a number', /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i, Number.isFinite);
}

/**
 * A share of the whole, from 0 to 1.
 *
 * @publicApi
 */
export function ratio<D extends number | undefined>(
  name: string,
  options: SettingOptions<D>,
): Setting<number | D> {
  return decimal(name, { ...options, min: 0, max: 1 });
}

/**
 * Text exactly as it was given.
 *
 * @param options.pattern must match the whole text; needs `accepts`, which says so in words
 *
 * @publicApi
 */
export function text<D extends string | undefined>(
  name: string,
  options: SettingOptions<D> & ({ pattern: RegExp; accepts: string } | { pattern?: never; accepts?: never }),
): Setting<D extends string ? string : string | undefined> {
  const { pattern = /^[^]*$/, accepts = 'text', ...rest } = options;
  return setting<string, D>(name, {
    ...rest,
    accepts,
    parse: (given) => (pattern.test(given) ? given : undefined),
  });
}

/**
 * One of a few words, in upper or lower case; the value is spelt as in `of`.
 *
 * @publicApi
 */
export function choice<const Word extends string>(
  name: string,
  options: SettingOptions<NoInfer<Word>> & { readonly of: readonly Word[] },
): Setting<Word> {
  const { of, default: preset, ...rest } = options;
  return setting<Word>(name, {
    ...rest,
    default: preset,
    accepts: inWords(of),
    parse: (given) => of.find((word) => word.toLowerCase() === given.trim().toLowerCase()),
  });
}

const MEANINGS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
]);

/**
 * `true` or `false`, also written 1 or 0.
 *
 * @publicApi
 */
export function flag(name: string, options: SettingOptions<boolean>): Setting<boolean> {
  return setting<boolean>(name, {
    ...options,
    default: String(options.default),
    accepts: 'true or false',
    parse: (given) => MEANINGS.get(given.trim().toLowerCase()),
  });
}

/**
 * Values separated by commas; spaces around them and empty ones do not count.
 *
 * @param options.items what each item is, in the plural: completes "NAME must be a comma-separated list of …"
 * @param options.item one item's value, or `undefined` when it is refused; default: the item as it is
 *
 * @publicApi
 */
export function list(
  name: string,
  options: SettingOptions<readonly string[]> & {
    readonly items: string;
    readonly item?: (text: string) => string | undefined;
  },
): Setting<readonly string[]> {
  const { items, item = (given: string) => given, ...rest } = options;
  return setting<readonly string[]>(name, {
    ...rest,
    default: options.default.join(','),
    accepts: `a comma-separated list of ${items}`,
    parse: (given) => {
      const parsed = given
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
        .map(item);
      // Commas alone name nothing.
      if (parsed.length === 0 && given !== '') return undefined;
      return parsed.every((part) => part !== undefined) ? parsed : undefined;
    },
  });
}

function numeric<D extends number | undefined>(
  name: string,
  { min = -Infinity, max = Infinity, default: preset, ...rest }: SettingOptions<D> & Bounds,
  kind: string,
  form: RegExp,
  isUsable: (value: number) => boolean,
): Setting<number | D> {
  const built = setting<number, string | undefined>(name, {
    ...rest,
    default: preset?.toString(),
    accepts: [kind, range(min, max), rest.unit && `(${rest.unit})`].filter(Boolean).join(' '),
    parse: (given) => {
      const trimmed = given.trim();
      const value = Number(trimmed);
      return form.test(trimmed) && isUsable(value) && value >= min && value <= max ? value : undefined;
    },
  });
  return built as Setting<number | D>;
}

function range(min: number, max: number): string {
  if (min !== -Infinity && max !== Infinity) return `from ${min} to ${max}`;
  if (min !== -Infinity) return `of at least ${min}`;
  return max !== Infinity ? `of at most ${max}` : '';
}

function inWords(words: readonly string[]): string {
  return words.length < 2
    ? words.join()
    : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1] ?? ''}`;
}
