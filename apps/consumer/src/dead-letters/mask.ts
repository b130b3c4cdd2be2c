import { HEADERS, RETRY_HEADERS } from '@pipeline/contracts';

/** What stands where something is not shown. */
export const MASKED = '***';

/** No event of this pipeline is older, and none comes from a later day. */
const FIRST_TIME = Date.UTC(2010);
const DAY_MS = 86_400_000;

/** Seconds or milliseconds, as a time that an event may have: other long numbers could be of a telephone. */
function isEventTime(text: string): boolean {
  const ms = /^\d{10}$/.test(text) ? Number(text) * 1_000 : /^\d{13}$/.test(text) ? Number(text) : NaN;
  return ms >= FIRST_TIME && ms <= Date.now() + DAY_MS;
}

const ofForm = (form: RegExp) => (text: string) => form.test(text);

/** The fields that may be shown, where their value has this form. A version of four numbers could be an address. */
const SHOWN: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['app_version', ofForm(/^v?\d{1,6}(?:\.\d{1,6}){0,2}$/)],
  ['device_type', ofForm(/^(?:android|ios|ipados|web|desktop|windows|macos|linux|tv)$/i)],
  ['locale', ofForm(/^[a-z]{2,3}(?:[-_][a-z]{2,4})?$/i)],
  ['timestamp', isEventTime],
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

function maskField(isShown: ((text: string) => boolean) | undefined, value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string' || typeof value === 'number')
    return isShown?.(String(value)) ? value : MASKED;
  if (depth === DEEPEST) return MASKED;
  if (Array.isArray(value)) return value.map((item) => maskField(undefined, item, depth + 1));
  return typeof value === 'object' ? maskObject(value, depth + 1) : MASKED;
}

const QUOTING: readonly string[] = [
  HEADERS.springExceptionMessage,
  HEADERS.connectExceptionMessage,
  RETRY_HEADERS.error,
];
const SHOWN_HEADERS: ReadonlySet<string> = new Set(
  [...Object.values(HEADERS), ...Object.values(RETRY_HEADERS)].filter((name) => !QUOTING.includes(name)),
);

/**
 * Headers that the pipeline writes are shown, but for the texts of errors, which may quote what was outside. So may
 * what others write under the same prefixes, such as a stack trace.
 */
export const isShownHeader = (name: string): boolean => SHOWN_HEADERS.has(name);
