import { randomUUID } from 'node:crypto';
import { endOfString } from './end-of-string.js';
import { parsePlain } from './plain-names.js';

/**
 * Lets `edit` change an object and writes it as JSON, its other numbers digit by digit as they stand in `text`,
 * the JSON that it was parsed from, with plain names: JavaScript alone would write 2^63 as 9223372036854776000
 * and 1.0 as 1.
 * Linear in the text. Throws a RangeError where JSON.stringify does.
 */
export function stringifyExactly<T>(text: string, value: T, edit: (value: T) => void): string {
  edit(value);
  const json = JSON.stringify(value);
  if (!MAY_CHANGE.test(text)) return json;
  // Such numbers travel as strings between two marks, which occur nowhere in what is written.
  let mark: string;
  do mark = randomUUID();
  while (json.includes(mark));
  const marked = markNumbers(text, mark);
  if (marked === text) return json;
  const exact = parsePlain(marked) as T;
  edit(exact);
  return JSON.stringify(exact).replaceAll(`"${mark}`, '').replaceAll(`${mark}"`, '');
}

/**
 * Every number that JavaScript writes differently has more than 15 digits, a fraction or an exponent, or is
 * minus zero. Finds others too, and look-alikes in strings, but no short integer, which most numbers are.
 */
const MAY_CHANGE = /[:[,\s](?:-0|-?\d{16}|-?\d+[.eE])/;

/** What a string or a number begins with, in valid JSON. */
const TOKEN_START = /["\d-]/g;
const NUMBER = /-?\d[\d.eE+-]*/y;

/** The text with each number that JavaScript writes differently as a string between marks. */
function markNumbers(text: string, mark: string): string {
  let marked = '';
  let done = 0;
  TOKEN_START.lastIndex = 0;
  for (let token = TOKEN_START.exec(text); token; token = TOKEN_START.exec(text)) {
    const start = token.index;
    if (token[0] === '"') {
      TOKEN_START.lastIndex = endOfString(text, start);
      continue;
    }
    NUMBER.lastIndex = start;
    NUMBER.test(text);
    const end = NUMBER.lastIndex;
    TOKEN_START.lastIndex = end;
    const number = text.slice(start, end);
    if (String(Number(number)) === number) continue;
    marked += `${text.slice(done, start)}"${mark}${number}${mark}"`;
    done = end;
  }
  return marked + text.slice(done);
}
