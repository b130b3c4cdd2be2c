import { randomUUID } from 'node:crypto';
import { endOfString } from './end-of-string.js';

/**
 * What the stand-ins of names begin with. Drawn anew by every process and written nowhere, so that no input
 * can hold it.
 */
const STAND_IN = randomUUID();

/**
 * Valid JSON without escapes in its field names: where a name needs them, a stand-in takes its place. To be
 * parsed by `parsePlain`.
 *
 * V8 of Node 24 compares an escaped name with the name it expects before it undoes the escapes: after
 * `{"a":0,"\\":1}` was parsed anywhere in the process, the second field of `{"a":0,"\u0062":1}` comes out as
 * `\`. One event could so rename the fields of others.
 */
export function plainNames(text: string): string {
  if (!text.includes('\\')) return text;
  let plain = '';
  let done = 0;
  for (let start = text.indexOf('"'); start >= 0;) {
    const end = endOfString(text, start);
    const next = text.indexOf('"', end);
    if (isName(text, end)) {
      const name = text.slice(start, end);
      if (name.includes('\\')) {
        plain += text.slice(done, start) + plainName(JSON.parse(name) as string);
        done = end;
      }
    }
    start = next;
  }
  return plain + text.slice(done);
}

const COLON = /\s*:/y;

function isName(text: string, end: number): boolean {
  COLON.lastIndex = end;
  return COLON.test(text);
}

function plainName(name: string): string {
  const json = JSON.stringify(name);
  return json.includes('\\') ? `"${STAND_IN}${Buffer.from(name, 'utf16le').toString('hex')}"` : json;
}

/** JSON.parse for what `plainNames` gives: every field gets its name back. */
export function parsePlain(plain: string): unknown {
  const value: unknown = JSON.parse(plain);
  if (plain.includes(STAND_IN)) restoreNames(value);
  return value;
}

/** Without recursion, which deep input would bring to an end. */
function restoreNames(root: unknown): void {
  const left = [root];
  for (let value = left.pop(); value !== undefined; value = left.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    const fields = Object.entries(value);
    for (const [, member] of fields) left.push(member);
    if (fields.some(([name]) => name.startsWith(STAND_IN))) rename(value, fields);
  }
}

/** All fields are put in anew, because each keeps its place. */
function rename(object: object, fields: readonly [string, unknown][]): void {
  for (const [name] of fields) Reflect.deleteProperty(object, name);
  for (const [name, value] of fields) {
    const restored = name.startsWith(STAND_IN)
      ? Buffer.from(name.slice(STAND_IN.length), 'hex').toString('utf16le')
      : name;
    Object.defineProperty(object, restored, { value, writable: true, enumerable: true, configurable: true });
  }
}
