import { HEADERS, RETRY_HEADERS } from '@pipeline/contracts';

/** What stands where something is not shown. */
export const MASKED = '***';

/** The fields that may be shown, where their value has this form. */
const SHOWN: ReadonlyMap<string, RegExp> = new Map([
  ['app_version', /^v?\d{1,6}(?:\.\d{1,6}){0,3}$/],
  ['device_type', /^(?:android|ios|ipados|web|desktop|windows|macos|linux|tv)$/i],
  ['locale', /^[a-z]{2,3}(?:[-_][a-z]{2,4})?$/i],
  ['timestamp', /^\d{1,13}$/],
]);
/** Fields whose name tells nothing of anybody. */
const NAMES: ReadonlySet<string> = new Set([...SHOWN.keys(), 'user_id', 'ip', 'device_id', 'processed_at']);

/** Deeper values are not looked into. */
const DEEPEST = 20;

/**
 * An event without what could tell of a person: of its values only some that are known to be harmless are left,
 * of its field names those of the contract. What is no JSON object is masked as a whole.
 */
export function maskValue(text: string): string {
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    return isObject ? JSON.stringify(maskObject(parsed, 0)) : MASKED;
  } catch {
    return MASKED;
  }
}

function maskObject(object: object, depth: number): object {
  let unknown = 0;
  const masked = Object.entries(object).map(([name, value]: [string, unknown]) => {
    const shown = NAMES.has(name) ? name : `${MASKED}${String(++unknown)}`;
    return [shown, maskField(depth === 0 ? SHOWN.get(name) : undefined, value, depth)];
  });
  return Object.fromEntries(masked) as object;
}

function maskField(form: RegExp | undefined, value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string' || typeof value === 'number')
    return form?.test(String(value)) ? value : MASKED;
  if (depth === DEEPEST) return MASKED;
  if (Array.isArray(value)) return value.map((item) => maskField(undefined, item, depth + 1));
  return typeof value === 'object' ? maskObject(value, depth + 1) : MASKED;
}

/** They quote what was outside. */
const ERROR_TEXTS: ReadonlySet<string> = new Set([
  HEADERS.springExceptionMessage,
  HEADERS.connectExceptionMessage,
  RETRY_HEADERS.error,
]);
/** Other tools for dead letters have more of the same families, stack traces among them. */
const SHOWN_HEADERS: ReadonlySet<string> = new Set(
  [...Object.values(HEADERS), ...Object.values(RETRY_HEADERS)].filter((name) => !ERROR_TEXTS.has(name)),
);

/** Headers that the pipeline itself writes are shown, but for the texts of errors. */
export const isShownHeader = (name: string): boolean => SHOWN_HEADERS.has(name);
