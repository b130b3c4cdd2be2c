import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { UserError } from '../../tools/lib/processes.mjs';

/**
 * A record as kcat sees it. Its headers are in one piece, `name=value,name=value`: a null value as `NULL`, others up
 * to their first zero byte.
 * @typedef {{
 *   partition: number,
 *   offset: number,
 *   key: Buffer | null,
 *   value: Buffer | null,
 *   headers: Buffer,
 * }} Found
 */

/**
 * Everything of a topic that a reader of committed records sees, by librdkafka: kafkajs would not do as a
 * judge of itself.
 * @param {string} brokers
 * @param {string} topic
 * @returns {Promise<Found[]>} in the order of each partition
 */
export const readCommitted = (brokers, topic) => read(brokers, topic, 'read_committed');

/** The same with what was not committed. @param {string} brokers @param {string} topic */
export const readUncommitted = (brokers, topic) => read(brokers, topic, 'read_uncommitted');

/** @param {string} brokers @param {string} topic @param {string} isolation */
async function read(brokers, topic, isolation) {
  const consume = ['-C', '-q', '-b', brokers, '-t', topic, '-o', 'beginning', '-e', '-u'];
  // Keys and values may contain anything, so their lengths come first. Those of headers are not to be had.
  const mark = randomUUID();
  const format = `%p %o %K %S\n%k%s%h${mark}`;
  const args = [...consume, '-X', `isolation.level=${isolation}`, '-f', format];
  const child = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks = /** @type {Buffer[]} */ ([]);
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new UserError(`kcat failed with exit code ${code}`);
  return parse(Buffer.concat(chunks), mark);
}

/** @param {Buffer} text @param {string} mark after every record */
function parse(text, mark) {
  /** @type {Found[]} */
  const found = [];
  for (let at = 0; at < text.length;) {
    const lineEnd = text.indexOf(10, at);
    const [partition = 0, offset = 0, keyLength = 0, valueLength = 0] = text
      .toString('latin1', at, lineEnd)
      .split(' ')
      .map(Number);
    const valueStart = lineEnd + 1 + Math.max(0, keyLength);
    const valueEnd = valueStart + Math.max(0, valueLength);
    const end = text.indexOf(mark, valueEnd);
    found.push({
      partition,
      offset,
      // A length of -1 stands for null.
      key: keyLength < 0 ? null : text.subarray(lineEnd + 1, valueStart),
      value: valueLength < 0 ? null : text.subarray(valueStart, valueEnd),
      headers: text.subarray(valueEnd, end),
    });
    at = end + mark.length;
  }
  return found;
}
