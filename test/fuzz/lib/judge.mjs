import { expectationOf } from './contract.mjs';
import { readJson, sameJson } from './exact-json.mjs';

/**
 * @typedef {import('../../support/kcat.mjs').Found} Found
 * @typedef {[name: string, value: Buffer | null]} Header
 * What was sent. Its first header is `n`, its number.
 * @typedef {{ key: Buffer | null, value: Buffer | null, headers: Header[], made: string[] }} Sent
 * What is wrong with it, in words, and with which of the values.
 * @typedef {{ number: number, what: string }} Problem
 * @typedef {'unsent' | 'lost' | 'doubled' | 'misrouted' | 'altered' | 'disordered'} Kind
 */

/** Header names that nobody but the pipeline may write. */
const RESERVED = /^(?:dlq\.|kafka_dlt-|__connect\.errors\.|retry\.)/;
const RFC3339_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const DLQ_HEADERS =
  /^dlq\.reason=(\w+),dlq\.violations=(.*),dlq\.attempts=1,dlq\.failed-at=[^,]+,kafka_dlt-original-topic=/s;

/**
 * Accounts for everything that was sent.
 * @param {Sent[]} sent by number
 * @param {{ input: Found[], processed: Found[], deadLettered: Found[] }} found
 */
export function judge(sent, { input, processed, deadLettered }) {
  const account = new Account(sent);
  account.takeInput(input);
  account.takeOutput(processed, (one, record) => whatIsWrongWithOutput(one, record));
  account.takeOutput(deadLettered, (one, record, place) => whatIsWrongWithDeadLetter(one, record, place));
  account.close();
  return account;
}

class Account {
  /** @type {Record<Kind, Problem[]>} */
  problems = { unsent: [], lost: [], doubled: [], misrouted: [], altered: [], disordered: [] };
  /** Where each value stands in the input. @type {Found[]} */
  #places = [];
  /** How often each has come out. */
  #times;

  /** @param {Sent[]} sent */
  constructor(sent) {
    this.sent = sent;
    this.#times = new Uint32Array(sent.length);
  }

  /** What the broker has got has to be what was sent. @param {Found[]} input */
  takeInput(input) {
    for (const record of input) {
      const number = numberOf(record);
      const one = this.sent[number];
      if (!one || this.#places[number]) this.#note('unsent', number, 'is in the input, but was not sent');
      else this.#places[number] = record;
    }
    this.sent.forEach((one, number) => {
      const place = this.#places[number];
      const same =
        place &&
        sameBytes(one.key, place.key) &&
        sameBytes(one.value, place.value) &&
        textOf(one.headers).equals(place.headers);
      if (!same) this.#note('unsent', number, 'is not in the input as it was sent');
    });
  }

  /**
   * @param {Found[]} records of an output topic
   * @param {(one: Sent, record: Found, place: Found) => [Kind, string] | undefined} check
   */
  takeOutput(records, check) {
    /** Offset in the input of what came last, by partition. @type {Map<number, number>} */
    const last = new Map();
    for (const record of records) {
      const number = numberOf(record);
      const [one, place] = [this.sent[number], this.#places[number]];
      if (!one || !place) {
        this.#note('altered', number, 'came out, but was never sent');
        continue;
      }
      this.#times[number] = (this.#times[number] ?? 0) + 1;
      const wrong = check(one, record, place);
      if (wrong) this.#note(wrong[0], number, wrong[1]);
      // A key stays in its partition on the way, and so does what has no key.
      if (record.partition !== place.partition)
        this.#note('disordered', number, 'is in another partition than its input');
      if (place.offset <= (last.get(record.partition) ?? -1))
        this.#note('disordered', number, 'comes after what it came before');
      last.set(record.partition, place.offset);
    }
  }

  close() {
    this.#times.forEach((times, number) => {
      if (times === 0) this.#note('lost', number, 'is in neither topic');
      if (times > 1) this.#note('doubled', number, `came out ${times} times`);
    });
  }

  /** @param {Kind} kind @param {number} number @param {string} what */
  #note(kind, number, what) {
    this.problems[kind].push({ number, what });
  }
}

/** @param {Found} record */
const numberOf = ({ headers }) =>
  Number(/^n=(\d+)(?:,|$)/.exec(headers.toString('latin1', 0, 16))?.[1] ?? -1);

/** @param {Sent} one @param {Found} record @returns {[Kind, string] | undefined} */
function whatIsWrongWithOutput(one, record) {
  const { malformed, broken, event } = expectationOf(one.value);
  if (malformed || !event || broken.size > 0)
    return ['misrouted', `was processed in spite of ${listOf(broken)}`];
  if (!sameBytes(one.key, record.key)) return ['altered', 'has another key'];
  if (!textOf(carried(one)).equals(record.headers)) return ['altered', 'has other headers'];
  const output = readJson(record.value?.toString() ?? '')?.value;
  if (!(output instanceof Map)) return ['altered', 'is no JSON object'];
  const processedAt = output.get('processed_at');
  if (typeof processedAt !== 'string' || !RFC3339_UTC.test(processedAt))
    return ['altered', 'has no processed_at'];
  event.set('processed_at', processedAt);
  const locale = event.get('locale');
  if (typeof locale === 'string') event.set('locale', locale.toLowerCase());
  return sameJson(event, output) ? undefined : ['altered', 'is another object'];
}

/** @param {Sent} one @param {Found} record @param {Found} place @returns {[Kind, string] | undefined} */
function whatIsWrongWithDeadLetter(one, record, place) {
  const { malformed, broken, inDoubt } = expectationOf(one.value);
  if (!malformed && broken.size + inDoubt.size === 0) return ['misrouted', 'is valid and a dead letter'];
  if (!sameBytes(one.key, record.key)) return ['altered', 'has another key'];
  if (!sameBytes(one.value, record.value)) return ['altered', 'has other bytes'];
  const own = textOf(carried(one));
  const headers = record.headers.toString('latin1');
  if (!headers.startsWith(`${own.toString('latin1')},`)) return ['altered', 'has other headers'];
  const added = headers.slice(own.length + 1);
  const [, reason, json = ''] = DLQ_HEADERS.exec(added) ?? [];
  if (reason !== (malformed ? 'MALFORMED_JSON' : 'VALIDATION_FAILED'))
    return ['altered', `has the reason ${reason}`];
  if (!added.includes(originOf(place))) return ['altered', 'tells another origin'];
  const named = violationsIn(json);
  const missing = [...broken].filter((rule) => !named.includes(rule));
  const wrong = named.filter((rule) => !broken.has(rule) && !inDoubt.has(rule));
  if (new Set(named).size !== named.length || missing.length + wrong.length > 0)
    return ['altered', `names ${named.join(' ')}, not ${listOf(broken)}`];
  return undefined;
}

/** @param {string} json */
function violationsIn(json) {
  const violations = /** @type {{ field: string, rule: string, message: string }[]} */ (JSON.parse(json));
  return violations.map(({ field, rule, message }) => `${field}:${typeof message === 'string' ? rule : ''}`);
}

/** The origin in the headers of Kafka Connect: the numbers of Spring Kafka's are binary. @param {Found} place */
const originOf = ({ partition, offset }) =>
  `,__connect.errors.partition=${partition},__connect.errors.offset=${offset},`;

/** @param {Sent} one */
const carried = ({ headers }) => headers.filter(([name]) => !RESERVED.test(name));

/** As kcat prints them. @param {Header[]} headers */
function textOf(headers) {
  const parts = headers.map(([name, value]) =>
    Buffer.concat([Buffer.from(`${name}=`), value ?? Buffer.from('NULL')]),
  );
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(','), part])));
}

/** @param {Buffer | null} a @param {Buffer | null} b */
const sameBytes = (a, b) => (a === null || b === null ? a === b : a.equals(b));

/** @param {Set<string>} rules */
const listOf = (rules) => (rules.size === 0 ? 'no broken rule' : [...rules].join(' '));
