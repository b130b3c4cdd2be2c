import { endOfString } from './exact-numbers.js';

/**
 * Valid JSON with its field names written with as few escapes as possible.
 *
 * V8 of Node 24 compares an escaped name with the name it expects before it undoes the escapes: after
 * `{"a":0,"\\":1}` was parsed anywhere in the process, the second field of `{"a":0,"\u0062":1}` comes out as
 * `\`. One event could so rename the fields of others. Names that hold a quote, a backslash, a control
 * character or half a surrogate pair cannot be written without escapes: for them the fault remains.
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
        plain += text.slice(done, start) + JSON.stringify(JSON.parse(name));
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
