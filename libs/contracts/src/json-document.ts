import { isUtf8 } from 'node:buffer';
import { stringifyExactly } from './exact-numbers.js';
import { parsePlain, plainNames } from './plain-names.js';
import type { Violation } from './violation.js';

/** A decoded JSON object that can be written out again. */
export interface JsonDocument {
  /** As JSON.parse gives it: of a name given twice the last one counts, numbers are doubles. */
  readonly value: Record<string, unknown>;
  /**
   * Lets `edit` set fields of the object, each in its place or at the end, and writes it as JSON, the other
   * numbers with the digits they came with. Undefined when it is nested too deeply to be written. For once:
   * the value is changed, and `edit` may be called for a copy as well.
   */
  encode(edit: (value: Record<string, unknown>) => void): string | undefined;
  /** Whether `encode` would give anything. */
  canBeEncoded(): boolean;
}

export type DecodedPayload =
  | { readonly ok: true; readonly document: JsonDocument }
  | {
      readonly ok: false;
      readonly reason: 'MALFORMED_JSON' | 'VALIDATION_FAILED';
      readonly violations: readonly Violation[];
    };

/** Decodes a record's value, which must be a JSON object in UTF-8 without BOM. Never throws. */
export function decodeJsonObject(bytes: Buffer | null): DecodedPayload {
  if (bytes === null || bytes.length === 0) return invalid('required', 'is empty');
  if (!isUtf8(bytes)) return MALFORMED;
  let text = bytes.toString();
  let value: unknown;
  try {
    value = withoutStack(() => JSON.parse(text) as unknown);
    const plain = plainNames(text);
    if (plain !== text) value = parsePlain((text = plain));
  } catch {
    // The error quotes the input, so it goes no further.
    return MALFORMED;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('type', 'must be a JSON object');
  }
  return { ok: true, document: new ParsedDocument(text, value as Record<string, unknown>) };
}

/** A stack costs several times what the parsing does, and nobody looks at it. Where Error is frozen it stays. */
function withoutStack<T>(parse: () => T): T {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, 'stackTraceLimit', 0);
  try {
    return parse();
  } finally {
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}

const MALFORMED: DecodedPayload = { ok: false, reason: 'MALFORMED_JSON', violations: [] };

function invalid(rule: string, message: string): DecodedPayload {
  return { ok: false, reason: 'VALIDATION_FAILED', violations: [{ field: '', rule, message }] };
}

/** So few characters cannot nest deeply enough: every level takes two. */
const SHALLOW = 1_000;

class ParsedDocument implements JsonDocument {
  constructor(
    private readonly text: string,
    readonly value: Record<string, unknown>,
  ) {}

  encode(edit: (value: Record<string, unknown>) => void): string | undefined {
    try {
      return stringifyExactly(this.text, this.value, edit);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  }

  canBeEncoded(): boolean {
    return this.text.length < SHALLOW || this.encode(() => undefined) !== undefined;
  }
}
