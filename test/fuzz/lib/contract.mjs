import { TextDecoder } from 'node:util';
import { Digits, readJson } from './exact-json.mjs';
import { ipProblem, isWhole, versionProblem } from './rules.mjs';

/**
 * What has to become of a value. It is processed when no rule is broken for certain, and may be dead-lettered
 * when one is in doubt: where the rules of events leave it open. Rules as `field:rule`.
 * @typedef {{
 *   malformed: boolean,
 *   broken: Set<string>,
 *   inDoubt: Set<string>,
 *   event: Map<string, unknown> | undefined,
 * }} Expectation
 */

/** So many levels of nesting are always fine. */
const LEVELS = 100;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The rules of events once more, written from their description alone and for its sake: nothing of the
 * product is used here.
 * @param {Buffer | null} value
 * @returns {Expectation}
 */
export function expectationOf(value) {
  if (value === null || value.length === 0) return refused(':required');
  const text = decode(value);
  const json = text === undefined ? undefined : readJson(text);
  if (!json) return { malformed: true, broken: new Set(), inDoubt: new Set(), event: undefined };
  if (!(json.value instanceof Map)) return refused(':type');
  const found = new Findings();
  checkFields(json.value, found);
  if (json.depth > LEVELS) found.inDoubt.add(':too_deep');
  return { malformed: false, broken: found.broken, inDoubt: found.inDoubt, event: json.value };
}

/** @param {string} rule @returns {Expectation} */
const refused = (rule) => ({
  malformed: false,
  broken: new Set([rule]),
  inDoubt: new Set(),
  event: undefined,
});

/** @param {Buffer} bytes */
function decode(bytes) {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

class Findings {
  /** @type {Set<string>} */
  broken = new Set();
  /** @type {Set<string>} */
  inDoubt = new Set();

  /** @param {string} field @param {import('./rules.mjs').Problem | undefined} problem */
  add(field, problem) {
    if (problem) (problem.inDoubt ? this.inDoubt : this.broken).add(`${field}:${problem.rule}`);
  }
}

/** @param {Map<string, unknown>} event @param {Findings} found */
function checkFields(event, found) {
  for (const field of ['user_id', 'app_version', 'device_type']) {
    const value = event.get(field) ?? null;
    if (value === null || value === '') found.add(field, { rule: 'required' });
    else if (typeof value !== 'string') found.add(field, { rule: 'type' });
    else if (field === 'app_version') found.add(field, versionProblem(value));
  }
  for (const field of ['ip', 'locale', 'device_id']) {
    const value = event.get(field) ?? null;
    if (value === null) continue;
    if (typeof value !== 'string') found.add(field, { rule: 'type' });
    else if (field === 'ip') found.add(field, ipProblem(value));
  }
  const timestamp = event.get('timestamp') ?? null;
  if (timestamp instanceof Digits) found.add('timestamp', isWhole(timestamp.text));
  else if (timestamp !== null) found.add('timestamp', { rule: 'type' });
}
