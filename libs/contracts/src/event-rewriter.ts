import { isUtf8 } from 'node:buffer';
import { isOptional, ownRule, rulesOf, type DtoClass, type FieldRule } from './field-rules.js';
import { CLOSE, COLON, COMMA, isAt, lowerAscii, OPEN, passName, passValue, QUOTE } from './plain-json.js';
import type { CompiledCheck } from './rules/rule.js';

/** What becomes of a valid event. */
export interface EventChanges {
  /** The field whose text is written in lower case. */
  readonly lowerCase: string;
  /** The field that is set, in its place or behind the others. */
  readonly set: string;
}

/** What is known of a field beforehand. */
interface KnownField {
  /** In its quotes, with the colon. */
  readonly name: Uint8Array;
  readonly isRequired: boolean;
  readonly mayBeEmpty: boolean;
  readonly type: 'string' | 'integer' | undefined;
  readonly checks: readonly CompiledCheck[];
  readonly isSet: boolean;
  readonly isLowerCase: boolean;
}

/** With 309 of them a number may be infinite, which is no integer to the rules. */
const MAX_DIGITS = 300;
/** As many as bit operations have bits for, without that of the sign. */
const MAX_KNOWN = 31;
/** So many fields without rules are compared, because of a name given twice the last one counts. */
const MAX_FURTHER = 16;
/** What literals begin with. */
const NULL = 0x6e;
const TRUE = 0x74;
const FALSE = 0x66;
/** A known name has to be one that `passName` would take, too. */
const PLAIN_NAME = /^[A-Za-z]\w*$/;

/**
 * Takes an event from bytes to bytes without making objects of it, where it breaks no rule and is plainly spelled, with
 * nothing nested in it: as programs write events that need no escapes.
 */
export class EventRewriter {
  /** A bit for each known field. */
  private readonly required: number;
  /** Of the event in hand: the known fields that were there, the names of others, and what to lower. */
  private seen = 0;
  private readonly further: Buffer[] = [];
  private lowerStart = 0;
  private lowerEnd = 0;
  /** Behind the fields of every event with that text. */
  private ending = { text: '', bytes: Buffer.alloc(0) };

  private constructor(
    private readonly fields: readonly KnownField[],
    private readonly changes: EventChanges,
  ) {
    this.required = fields.reduce((bits, { isRequired }, index) => bits | (Number(isRequired) << index), 0);
  }

  /** By the decorators of a DTO class; undefined for one with decorators, names or a number of fields not made for. */
  static compile(dto: DtoClass, changes: EventChanges): EventRewriter | undefined {
    const rules = rulesOf(dto);
    if (!rules.every((rule) => isOptional(rule) || ownRule(rule))) return undefined;
    const names = new Set([...rules.map(({ propertyName }) => propertyName), changes.lowerCase, changes.set]);
    if (names.size > MAX_KNOWN || ![...names].every((name) => PLAIN_NAME.test(name))) return undefined;
    const rulesNamed = (name: string) => rules.filter(({ propertyName }) => propertyName === name);
    return new EventRewriter(
      [...names].map((name) => toField(name, rulesNamed(name), changes)),
      changes,
    );
  }

  /**
   * The event with its changes, byte for byte what the validator and `JsonDocument.encode` make of it.
   * @param setTo the text of the field that is set
   * @returns undefined when the event has to be parsed; always so for an invalid one
   */
  rewrite(bytes: Buffer, setTo: string): Buffer | undefined {
    const end = bytes.length - 1;
    if (bytes[0] !== OPEN || bytes[end] !== CLOSE) return undefined;
    const isTaken = this.isPlainAndValid(bytes, end) && isUtf8(bytes);
    // They are views of the bytes, which may be part of a large fetch.
    this.further.length = 0;
    if (!isTaken) return undefined;
    const ending = this.endingWith(setTo);
    const output = Buffer.allocUnsafe(end + ending.length);
    output.set(bytes);
    output.set(ending, end);
    return lowerAscii(output, this.lowerStart, this.lowerEnd) ? output : undefined;
  }

  private isPlainAndValid(bytes: Buffer, end: number): boolean {
    this.seen = this.lowerStart = this.lowerEnd = 0;
    let at = 0;
    let known = -1;
    do {
      // Behind the brace or the comma.
      const nameStart = at + 1;
      known = this.knownAt(bytes, nameStart, known + 1);
      const start = known < 0 ? this.passFurther(bytes, nameStart, end) : nameStart + this.lengthOf(known);
      if (start === nameStart) return false;
      const after = passValue(bytes, start, end);
      if (after === start || (known >= 0 && !this.holds(known, bytes, start, after))) return false;
      at = after;
    } while (bytes[at] === COMMA);
    return at === end && (this.seen & this.required) === this.required;
  }

  /** The number of the known field whose name stands there, -1 for another name; `first` is the likely one. */
  private knownAt(bytes: Buffer, at: number, first: number): number {
    const { fields } = this;
    for (let i = 0; i < fields.length; i++) {
      const index = (first + i) % fields.length;
      if (isAt(bytes, at, (fields[index] as KnownField).name)) return index;
    }
    return -1;
  }

  private lengthOf(known: number): number {
    return (this.fields[known] as KnownField).name.length;
  }

  /** The index behind the name of a field without rules and its colon; `at` where it is no plain one, or not the first. */
  private passFurther(bytes: Buffer, at: number, end: number): number {
    const nameEnd = passName(bytes, at + 1, end);
    const isName = nameEnd > at + 1 && bytes[at] === QUOTE && bytes[nameEnd] === QUOTE;
    if (!isName || bytes[nameEnd + 1] !== COLON || this.further.length === MAX_FURTHER) return at;
    const name = bytes.subarray(at, nameEnd);
    if (this.further.some((other) => name.equals(other))) return at;
    this.further.push(name);
    return nameEnd + 2;
  }

  /** Whether a known field comes for the first time, with a value that breaks none of its rules. */
  private holds(index: number, bytes: Buffer, start: number, after: number): boolean {
    const field = this.fields[index] as KnownField;
    const bit = 1 << index;
    if (field.isSet || (this.seen & bit) !== 0) return false;
    this.seen |= bit;
    if (bytes[start] !== QUOTE) return holdsOther(field, bytes[start], after - start);
    if (field.type === 'integer' || (after - start === 2 && !field.mayBeEmpty)) return false;
    if (field.isLowerCase) {
      this.lowerStart = start;
      this.lowerEnd = after;
    }
    for (const { check, passes } of field.checks) {
      if (passes(bytes, start + 1, after - 1)) continue;
      if (check(bytes.toString('utf8', start + 1, after - 1)) !== undefined) return false;
    }
    return true;
  }

  private endingWith(setTo: string): Buffer {
    if (this.ending.text !== setTo) {
      const json = `,${JSON.stringify(this.changes.set)}:${JSON.stringify(setTo)}}`;
      this.ending = { text: setTo, bytes: Buffer.from(json) };
    }
    return this.ending.bytes;
  }
}

function holdsOther({ type, isRequired }: KnownField, first: number | undefined, length: number): boolean {
  if (first === NULL) return !isRequired;
  if (first === TRUE || first === FALSE) return type === undefined;
  return type !== 'string' && length <= MAX_DIGITS;
}

function toField(name: string, rules: readonly FieldRule[], changes: EventChanges): KnownField {
  const own = rules.flatMap((rule) => ownRule(rule)?.compiled ?? []);
  const schemas = own.flatMap((compiled) => ('schema' in compiled ? [compiled.schema] : []));
  return {
    name: Buffer.from(`"${name}":`),
    isRequired: rules.length > 0 && !rules.some(isOptional),
    mayBeEmpty: schemas.every(({ minLength }) => minLength === undefined),
    type: schemas.find(({ type }) => type)?.type,
    checks: [...new Set(own.filter((compiled) => 'check' in compiled))],
    isSet: name === changes.set,
    isLowerCase: name === changes.lowerCase,
  };
}
