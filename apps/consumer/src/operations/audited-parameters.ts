// What is written down of a command about dead letters. It comes from requests that nobody has checked, so that each
// value has its form: a key that is sought by mistake as a part of a filter must not stand in the audit for a year.
import { LetterFilterDto, parseTime, toFilter } from '../dead-letters/letter-filter.dto.js';

interface Unchecked {
  readonly body: Readonly<Record<string, unknown>>;
}

/** Everything that a filter can have. */
const FILTER_FIELDS = Object.keys(toFilter(new LetterFilterDto()));
const OPERATION_ID = /^[0-9a-f]{8,32}$/;

/** Filters hold nothing of people, selections are numbers. */
export function chosenLetters({ body }: Unchecked): object {
  const { selection, filter, target, rate } = body;
  const selected = Array.isArray(selection) ? { selected: selection.length } : {};
  const given = typeof filter === 'object' && filter !== null ? Object.entries(filter) : [];
  const fields = given.filter(([name, value]) => FILTER_FIELDS.includes(name) && isInForm(name, value));
  return { ...Object.fromEntries<unknown>(fields), ...selected, target, rate };
}

export const cutoff = ({ body: { before, count } }: Unchecked): object => ({
  ...(isTime(before) && { before }),
  ...(typeof count === 'number' && { count }),
});

export const operationId = ({ params: { id } }: { params: Readonly<Record<string, unknown>> }): object =>
  typeof id === 'string' && OPERATION_ID.test(id) ? { id } : {};

const isInForm = (name: string, value: unknown): boolean =>
  name === 'from' || name === 'to' ? isTime(value) : true;

const isTime = (value: unknown): boolean => typeof value === 'string' && parseTime(value) !== undefined;
