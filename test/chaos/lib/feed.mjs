import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../../../tools/lib/processes.mjs';

const TICK_MS = 50;
/** Neither is in any key or value, which JSON would write as an escape. */
const [KEY_END, RECORD_END] = [0x1f, 0x1e];
/** Each record once and in order, whatever the brokers do. */
const RELIABLE = {
  'enable.idempotence': 'true',
  'message.timeout.ms': '600000',
  'request.timeout.ms': '5000',
  'socket.timeout.ms': '10000',
  'linger.ms': '10',
  'topic.partitioner': 'murmur2_random',
};

/** Some at once, so that there is work from the first moment on; the rest spread evenly over `ms`. */
const AT_ONCE = 0.2;

/**
 * Writes records to a topic, by librdkafka, whose idempotent producer can be relied on while brokers break.
 * @param {string} brokers
 * @param {string} topic
 * @param {{ key: Buffer, value: Buffer }[]} records
 * @param {{ ms: number, signal: AbortSignal }} pace
 */
export async function feed(brokers, topic, records, { ms, signal }) {
  const writer = openWriter(brokers, topic, signal);
  const began = Date.now();
  for (let written = 0; written < records.length;) {
    const share = AT_ONCE + (1 - AT_ONCE) * Math.min(1, (Date.now() - began) / ms);
    const due = Math.ceil(records.length * share);
    writer.write(records.slice(written, due));
    written = due;
    await delay(TICK_MS, undefined, { signal });
  }
  await writer.end();
}

/**
 * Writes `rate` records a second, until it is stopped.
 * @param {string} brokers
 * @param {string} topic
 * @param {Iterator<{ key: Buffer, value: Buffer }, never>} records
 * @param {{ rate: number, signal: AbortSignal, stopped: AbortSignal }} pace
 */
export async function feedOn(brokers, topic, records, { rate, signal, stopped }) {
  const writer = openWriter(brokers, topic, signal);
  const began = Date.now();
  for (let written = 0; !stopped.aborted;) {
    const due = Math.floor(((Date.now() - began) / 1_000) * rate) - written;
    writer.write(Array.from({ length: due }, () => records.next().value));
    written += due;
    await delay(TICK_MS, undefined, { signal });
  }
  await writer.end();
}

/** @param {string} brokers @param {string} topic @param {AbortSignal} signal */
function openWriter(brokers, topic, signal) {
  const settings = Object.entries(RELIABLE).flatMap(([name, value]) => ['-X', `${name}=${value}`]);
  const format = ['-K', escape(KEY_END), '-D', escape(RECORD_END)];
  // -E: it does not give up when all brokers are away.
  const child = spawn('kcat', ['-P', '-E', '-b', brokers, '-t', topic, ...format, ...settings], {
    stdio: ['pipe', 'ignore', 'ignore'],
    signal,
    killSignal: 'SIGKILL',
  });
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined);
  return {
    /** @param {{ key: Buffer, value: Buffer }[]} records */
    write: (records) => void child.stdin.write(Buffer.concat(records.map(framed))),
    /** @throws UserError when not everything has arrived */
    end: async () => {
      child.stdin.end();
      const [code] = await closed;
      if (code !== 0) throw new UserError(`kcat failed with exit code ${code} while writing the input`);
    },
  };
}

const escape = (/** @type {number} */ byte) => `\\x${byte.toString(16)}`;

/** @param {{ key: Buffer, value: Buffer }} record */
function framed({ key, value }) {
  if (value.includes(KEY_END) || value.includes(RECORD_END))
    throw new Error('a value with a separator in it');
  return Buffer.concat([key, Buffer.of(KEY_END), value, Buffer.of(RECORD_END)]);
}
