import { formatTime } from '../../format.js';

/** Which dead letters are shown. As in the address of the page: everything a text, nothing personal. */
export interface Filter {
  readonly reason?: string;
  readonly rule?: string;
  readonly field?: string;
  /** ISO 8601. */
  readonly from?: string;
  readonly to?: string;
  readonly topic?: string;
  readonly partition?: string;
  readonly offset?: string;
  readonly replayed?: string;
}

const FILTER_FIELDS = [
  'reason',
  'rule',
  'field',
  'from',
  'to',
  'topic',
  'partition',
  'offset',
  'replayed',
] as const satisfies readonly (keyof Filter)[];

/** The fields of a filter, as far as they are given. */
export function readFilter(query: URLSearchParams): Filter {
  const given = FILTER_FIELDS.map((name) => [name, query.get(name)?.trim() ?? '']);
  return Object.fromEntries(given.filter(([, value]) => value !== '')) as Filter;
}

/** As parameters of a list: always in the same order, so that equal filters have equal paths. */
export const filterQuery = (filter: Filter, more: Readonly<Record<string, string>> = {}): string => {
  const given = FILTER_FIELDS.flatMap((name) => {
    const value = filter[name];
    return value === undefined ? [] : [[name, value]];
  });
  const text = new URLSearchParams([...given, ...Object.entries(more)]).toString();
  return text === '' ? '' : `?${text}`;
};

/** As the body of a command, in the types of the API. */
export function filterBody(filter: Filter): Record<string, string | number | boolean> {
  const { partition, offset, replayed, ...texts } = filter;
  return {
    ...texts,
    ...(partition !== undefined && { partition: Number(partition) }),
    ...(offset !== undefined && { offset: Number(offset) }),
    ...(replayed !== undefined && { replayed: replayed === 'true' }),
  };
}

/** For people: `reason VALIDATION_FAILED, rule ip_not_public`; of everything, `all`. */
export function describeFilter(filter: object | null): string {
  const given = Object.entries(filter ?? {}).filter(([, value]) => value !== null && value !== undefined);
  return given.map(([name, value]) => `${name} ${wordOf(name, value)}`).join(', ') || 'all';
}

/** Times are texts in an address and numbers in an operation; either may be anything. */
function wordOf(name: string, value: unknown): string {
  const isTime = name === 'from' || name === 'to';
  const time = isTime ? new Date(value as string | number) : undefined;
  return time && !Number.isNaN(time.getTime()) ? formatTime(time.toISOString()) : String(value);
}

/** What `<input type="datetime-local">` holds, in the reader's own zone, as ISO 8601; empty for none. */
export const isoOf = (local: string): string => {
  const time = new Date(local);
  return Number.isNaN(time.getTime()) ? '' : time.toISOString();
};

/** The other way round, to the second. */
export function localOf(iso: string | undefined): string {
  const time = new Date(iso ?? '');
  if (Number.isNaN(time.getTime())) return '';
  const shifted = new Date(time.getTime() - time.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 19);
}
