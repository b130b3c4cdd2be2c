/**
 * A reader of JSON (RFC 8259) of its own, because JSON.parse loses digits, and in V8 sometimes names: see
 * libs/contracts/src/plain-names.ts. It does not recurse, so that no depth is too much for it.
 */

/** A number as it is spelled. */
export class Digits {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** What lists and objects hold is Json again. @typedef {string | boolean | null | Digits | unknown[] | Map<string, unknown>} Json */

/** One for all: most values of a fuzzer are no JSON, and a stack trace for each would take its time. */
const NOT_JSON = new SyntaxError('not JSON');

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const LITERAL = /true|false|null/y;
const HEX = /^[\da-f]{4}$/i;
/** @type {Record<string, string>} */
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
/** Characters by their codes, which are quicker to compare. */
const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

class Tokens {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  /** The code of the next character, white space skipped; NaN at the end. */
  peek() {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d) return code;
      this.at++;
    }
  }

  /** @param {number} code */
  take(code) {
    if (this.peek() !== code) throw NOT_JSON;
    this.at++;
  }

  /** @param {RegExp} pattern sticky */
  match(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (!found) throw NOT_JSON;
    this.at += found.length;
    return found;
  }

  /** @returns {Json} */
  scalar() {
    const first = this.peek();
    if (first === QUOTE) return this.string();
    // No number begins with a letter.
    if (!(first >= 0x41)) return new Digits(this.match(NUMBER));
    const literal = this.match(LITERAL);
    return literal === 'null' ? null : literal === 'true';
  }

  string() {
    this.take(QUOTE);
    let value = '';
    for (let start = this.at; ; this.at++) {
      const code = this.text.charCodeAt(this.at);
      // Also at the end, where it is NaN.
      if (!(code >= 0x20)) throw NOT_JSON;
      if (code !== QUOTE && code !== BACKSLASH) continue;
      value += this.text.slice(start, this.at);
      if (code === QUOTE) break;
      value += this.escaped();
      start = this.at + 1;
    }
    this.at++;
    return value;
  }

  /** Leaves the last character of the escape to its caller. */
  escaped() {
    const letter = this.text[++this.at] ?? '';
    if (letter !== 'u') {
      if (!Object.hasOwn(ESCAPES, letter)) throw NOT_JSON;
      return ESCAPES[letter];
    }
    const hex = this.text.slice(this.at + 1, this.at + 5);
    if (!HEX.test(hex)) throw NOT_JSON;
    this.at += 4;
    return String.fromCharCode(Number.parseInt(hex, 16));
  }

  name() {
    const name = this.string();
    this.take(COLON);
    return name;
  }
}

/**
 * @param {string} text
 * @returns {{ value: Json, depth: number } | undefined} of a name given twice the last one; the levels of
 *   nesting; nothing when it is no JSON
 */
export function readJson(text) {
  try {
    return read(new Tokens(text));
  } catch (error) {
    if (error === NOT_JSON) return undefined;
    throw error;
  }
}

/** @param {Tokens} tokens */
function read(tokens) {
  /** What is begun and not yet ended, with the name of the field that is due. @type {{ of: unknown[] | Map<string, unknown>, name: string }[]} */
  const open = [];
  let depth = 0;
  for (;;) {
    /** @type {Json} */
    let value;
    const first = tokens.peek();
    if (first === OPEN_OBJECT || first === OPEN_LIST) {
      tokens.at++;
      const of = first === OPEN_OBJECT ? new Map() : [];
      depth = Math.max(depth, open.length + 1);
      if (tokens.peek() !== endOf(of)) {
        open.push({ of, name: of instanceof Map ? tokens.name() : '' });
        continue;
      }
      tokens.at++;
      value = of;
    } else {
      value = tokens.scalar();
    }
    // A value is complete: it goes where it belongs, and ends what ends with it.
    for (;;) {
      const last = open.at(-1);
      const next = tokens.peek();
      if (!last) {
        if (!Number.isNaN(next)) throw NOT_JSON;
        return { value, depth };
      }
      if (last.of instanceof Map) last.of.set(last.name, value);
      else last.of.push(value);
      tokens.at++;
      if (next === COMMA) {
        if (last.of instanceof Map) last.name = tokens.name();
        break;
      }
      if (next !== endOf(last.of)) throw NOT_JSON;
      value = last.of;
      open.pop();
    }
  }
}

/** @param {unknown[] | Map<string, unknown>} of */
const endOf = (of) => (of instanceof Map ? CLOSE_OBJECT : CLOSE_LIST);

/** Numbers are the same only digit by digit; the order of fields means nothing. @param {unknown} a @param {unknown} b */
export function sameJson(a, b) {
  /** @type {[unknown, unknown][]} */
  const left = [[a, b]];
  for (let pair = left.pop(); pair; pair = left.pop()) {
    const [one, other] = pair;
    if (one instanceof Map && other instanceof Map) {
      if (one.size !== other.size) return false;
      for (const [name, value] of one) left.push([value, other.get(name)]);
    } else if (Array.isArray(one) && Array.isArray(other)) {
      if (one.length !== other.length) return false;
      one.forEach((item, index) => left.push([item, other[index]]));
    } else if (one instanceof Digits && other instanceof Digits) {
      if (one.text !== other.text) return false;
    } else if (one !== other) return false;
  }
  return true;
}
