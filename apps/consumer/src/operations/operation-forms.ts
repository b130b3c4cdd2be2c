// What is read from the operations topic is as hostile as any input: each field has its form, and no other is taken.
import { isTokenName } from '@pipeline/ops';
import type { LetterFilter, LetterPosition } from '../dead-letters/letter.js';
import { OPERATION_KINDS, type Done, type Order, type Progress, type ProofKey } from './operation.js';

type Fields = Readonly<Record<string, unknown>>;

export const ID = /^[0-9a-f]{8,32}$/;
const RUNNER = /^[\w.:-]{1,120}$/;
export const TOPIC = /^[a-zA-Z0-9._-]{1,249}$/;
const SECRET = /^[A-Za-z0-9+/]{43}=$/;
export const TIME = /^[0-9TZ:.+-]{10,40}$/;
/** Nothing that a log or a page could take for more than text. */
const PROBLEM = /^[\x20-\x7e]{1,500}$/;
const LONGEST_TEXT = 249;
export const MOST_SELECTED = 400;
const MOST_PARTITIONS = 10_000;
/** Of one transaction. */
const MOST_DONE = 2_000;
export const HIGHEST_RATE = 10_000;

export function toOrder(fields: Fields): Order | undefined {
  const { id, kind, actor, createdAt, total, rate, target, selection, filter, ends, before, wish } = fields;
  const known = OPERATION_KINDS.find((one) => one === kind);
  const selected = selection === null ? null : toPositions(selection, MOST_SELECTED);
  const wanted = filter === null ? null : toFilter(filter);
  const limits = toPositions(ends, MOST_PARTITIONS);
  if (!isId(id) || !known || !isTokenName(actor) || !isTime(createdAt) || !isCount(total)) return undefined;
  if (!isCount(rate) || rate < 1 || rate > HIGHEST_RATE || !limits) return undefined;
  if (selected === undefined || wanted === undefined) return undefined;
  if (!(target === null || isText(target, TOPIC)) || !(before === null || isDate(before))) return undefined;
  if (wish !== 'run' && wish !== 'pause' && wish !== 'cancel') return undefined;
  const plan = { total, rate, target, selection: selected, filter: wanted, ends: limits, before };
  return { id, kind: known, actor, createdAt, ...plan, wish };
}

export function toProgress(fields: Fields): Progress | undefined {
  const { id, runner, at, replayed, parked, refused, cursor, ended, problem = null } = fields;
  const place = cursor === null ? null : toPosition(cursor);
  if (!isId(id) || !isText(runner, RUNNER) || !isTime(at) || place === undefined) return undefined;
  if (!isCount(replayed) || !isCount(parked) || !isCount(refused)) return undefined;
  if (ended !== null && ended !== 'done' && ended !== 'failed') return undefined;
  // Those of former versions have none.
  if (!(problem === null || isText(problem, PROBLEM))) return undefined;
  return { id, runner, at, replayed, parked, refused, cursor: place, ended, problem };
}

export function toDone(fields: Fields): Done | undefined {
  const { id, part, at } = fields;
  const replayed = toPositions(fields['replayed'], MOST_DONE);
  const parked = toPositions(fields['parked'], MOST_DONE);
  if (!isId(id) || !isCount(part) || !isTime(at) || !replayed || !parked) return undefined;
  return { id, part, at, replayed, parked };
}

export function toProofKey({ id, secret }: Fields): ProofKey | undefined {
  return isId(id) && isText(secret, SECRET) ? { id, secret } : undefined;
}

function toFilter(given: unknown): LetterFilter | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { reason, rule, field, from, to, topic, partition, offset, replayed } = given as Fields;
  const texts = [reason, rule, field, topic];
  const times = [from, to];
  const counts = [partition, offset];
  if (!texts.every((one) => one === undefined || (typeof one === 'string' && one.length <= LONGEST_TEXT)))
    return undefined;
  if (!times.every((one) => one === undefined || isMoment(one))) return undefined;
  if (!counts.every((one) => one === undefined || isCount(one))) return undefined;
  if (replayed !== undefined && typeof replayed !== 'boolean') return undefined;
  const known = { reason, rule, field, from, to, topic, partition, offset, replayed };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

/** As `[partition, offset]` each. */
function toPositions(given: unknown, most: number): readonly LetterPosition[] | undefined {
  if (!Array.isArray(given) || given.length > most) return undefined;
  const positions = given.map(toPosition);
  return positions.every((one) => one !== undefined) ? positions : undefined;
}

function toPosition(given: unknown): LetterPosition | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  const { partition, offset } = given as Fields;
  return isCount(partition) && isCount(offset) ? { partition, offset } : undefined;
}

const isId = (value: unknown): value is string => isText(value, ID);
const isText = (value: unknown, form: RegExp): value is string =>
  typeof value === 'string' && form.test(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isDate = (value: unknown): value is string => isText(value, TIME) && !Number.isNaN(Date.parse(value));
/** Times that a Date can have. */
const isMoment = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Math.abs(value as number) <= 8_640_000_000_000_000;
const isTime = (value: unknown): value is number => isCount(value) && isMoment(value);
