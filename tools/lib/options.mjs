import { parseArgs } from 'node:util';
import { UserError } from './processes.mjs';

/** sysexits.h: EX_USAGE would be 64; 2 is what shells and getopt programs use. */
const EXIT_USAGE = 2;

/**
 * The options of this command line. `--help` and wrong options end the process with the usage.
 * @template {Record<string, string | boolean | undefined>} Defaults
 * @param {string} usage
 * @param {Defaults} defaults one for every option; false makes it a flag, all others take a value
 * @returns {Defaults}
 */
export function parseOptions(usage, defaults) {
  /** @type {import('node:util').ParseArgsOptionsConfig} */
  const options = { help: { type: 'boolean', short: 'h' } };
  for (const [name, value] of Object.entries(defaults)) {
    options[name] = { type: typeof value === 'boolean' ? 'boolean' : 'string' };
  }
  try {
    const { help, ...values } = parseArgs({ options }).values;
    if (help === true) {
      console.log(usage);
      process.exit(0);
    }
    return { ...defaults, ...values };
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message}\n\n${usage}`);
    process.exit(EXIT_USAGE);
  }
}

/** A whole number from 1 on. @param {string} name of the option @param {string} text @throws UserError */
export function parseCount(name, text) {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new UserError(`${name} must be a whole number from 1 on, not "${text}"`);
  }
  return Number(text);
}

/** @param {string} name of the option @param {string} text @param {readonly string[]} allowed @throws UserError */
export function parseChoice(name, text, allowed) {
  if (!allowed.includes(text)) {
    throw new UserError(`${name} must be ${allowed.join(' or ')}, not "${text}"`);
  }
  return text;
}

/**
 * Runs every parser, so that all problems are told at once and not only the first.
 * @template {Record<string, () => unknown>} Parsers
 * @param {Parsers} parsers each throws a UserError when its text is wrong
 * @returns {{ [Name in keyof Parsers]: ReturnType<Parsers[Name]> }} @throws UserError with a line for each problem
 */
export function parseAll(parsers) {
  /** @type {Record<string, unknown>} */
  const parsed = {};
  /** @type {string[]} */
  const problems = [];
  for (const [name, parse] of Object.entries(parsers)) {
    try {
      parsed[name] = parse();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new UserError(problems.join('\n'));
  return /** @type {any} */ (parsed);
}
