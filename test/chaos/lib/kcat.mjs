import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { UserError } from '../../../tools/lib/processes.mjs';

/**
 * Everything of a topic that a reader of committed records sees, by librdkafka: kafkajs would not do as a
 * judge of itself.
 * @param {string} brokers
 * @param {string} topic
 * @returns {Promise<import('./oracle.mjs').Found[]>}
 */
export async function readCommitted(brokers, topic) {
  const consume = ['-C', '-q', '-b', brokers, '-t', topic, '-o', 'beginning', '-e', '-u'];
  // Lengths first: keys and values may contain anything.
  const args = [...consume, '-X', 'isolation.level=read_committed', '-f', '%p %K %S\n%k%s\n'];
  const child = spawn('kcat', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks = /** @type {Buffer[]} */ ([]);
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new UserError(`kcat failed with exit code ${code}`);
  return parse(Buffer.concat(chunks));
}

/** @param {Buffer} text */
function parse(text) {
  const found = [];
  for (let at = 0; at < text.length;) {
    const lineEnd = text.indexOf(10, at);
    const [partition = 0, keyLength = 0, valueLength = 0] = text
      .toString('latin1', at, lineEnd)
      .split(' ')
      .map(Number);
    const key = lineEnd + 1;
    const value = key + Math.max(0, keyLength);
    const end = value + Math.max(0, valueLength);
    found.push({ partition, key: text.subarray(key, value), value: text.subarray(value, end) });
    at = end + 1;
  }
  return found;
}
