import { ROLES, type Role } from '../auth/actor.js';
import { SHORT_PRINTABLE } from './printable.js';

/**
 * One command, or an attempt at one. It holds nothing that a request may carry of people: see `safeParameters`.
 *
 * @publicApi
 */
export interface AuditEntry {
  /** ISO 8601. */
  readonly at: string;
  /** The name of the token; null where none was valid. */
  readonly actor: string | null;
  readonly role: Role | null;
  /** The address that the request came from. */
  readonly from: string;
  /** Such as `pause`, or method and path of what has no name. */
  readonly action: string;
  readonly parameters: AuditParameters;
  /** `denied`: by role, token or limit. `refused`: it was wrong or could not be done as things are. `failed`: our fault. */
  readonly outcome: AuditOutcome;
  /** Of the HTTP answer. */
  readonly status: number;
}

export const AUDIT_OUTCOMES = ['done', 'denied', 'refused', 'failed'] as const;
type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

export type AuditParameters = Readonly<Record<string, string | number | boolean | readonly number[]>>;

/** Partitions of one command. */
const MOST_NUMBERS = 1_000;

/** What may be written down of parameters: short printable names, and short printable texts, numbers, flags and lists of numbers; nothing else. */
export function safeParameters(given: unknown): AuditParameters {
  if (typeof given !== 'object' || given === null) return {};
  return Object.fromEntries(
    Object.entries(given).filter(
      (pair): pair is [string, AuditParameters[string]] => SHORT_PRINTABLE.test(pair[0]) && isSafe(pair[1]),
    ),
  );
}

function isSafe(value: unknown): value is AuditParameters[string] {
  if (Array.isArray(value)) {
    return value.length <= MOST_NUMBERS && value.every(Number.isFinite);
  }
  if (typeof value === 'string') return SHORT_PRINTABLE.test(value);
  // What JSON reads as infinite, it cannot write.
  return Number.isFinite(value) || typeof value === 'boolean';
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/**
 * Whether something that was read from elsewhere is an entry, and nothing but one.
 *
 * @publicApi
 */
export function isAuditEntry(given: unknown): given is AuditEntry {
  if (typeof given !== 'object' || given === null) return false;
  const { at, actor, role, from, action, parameters, outcome, status, ...rest } = given as Record<
    string,
    unknown
  >;
  const isText = (value: unknown) => typeof value === 'string' && SHORT_PRINTABLE.test(value);
  const isOneOf = (words: readonly unknown[], value: unknown) => words.includes(value);
  return (
    Object.keys(rest).length === 0 &&
    typeof at === 'string' &&
    ISO_TIME.test(at) &&
    (actor === null || isText(actor)) &&
    isOneOf([...ROLES, null], role) &&
    isText(from) &&
    isText(action) &&
    isParameters(parameters) &&
    isOneOf(AUDIT_OUTCOMES, outcome) &&
    Number.isInteger(status)
  );
}

const isParameters = (given: unknown): boolean =>
  typeof given === 'object' &&
  given !== null &&
  !Array.isArray(given) &&
  Object.entries(given).every(([name, value]) => SHORT_PRINTABLE.test(name) && isSafe(value));
