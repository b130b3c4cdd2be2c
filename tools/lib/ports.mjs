import { connect } from 'node:net';
import { isFree, UserError } from './processes.mjs';

/** As BOOTSTRAP_SERVERS takes it, see libs/kafka/src/settings.ts. */
const ADDRESS = /^(?:kafka:\/\/)?([^\s,/:@]+):(\d{1,5})$/;

/**
 * A port number from the command line or the environment.
 * @param {string} text
 * @param {string} name where it was given
 * @param {number} [max]
 * @returns {number} @throws UserError
 */
export function parsePort(text, name, max = 65_535) {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > max)
    throw new UserError(`${name} must be a port number from 1 to ${max}, not "${text}"`);
  return port;
}

/**
 * Addresses of brokers, separated by commas.
 * @param {string} text
 * @param {string} name where it was given
 * @returns {{ host: string, port: number }[]} @throws UserError naming every wrong one
 */
export function parseBrokers(text, name) {
  const given = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const parsed = given.map((part) => {
    const [, host = '', port] = ADDRESS.exec(part) ?? [];
    return { part, host, port: Number(port) };
  });
  const wrong = parsed.filter(({ port }) => !(port >= 1 && port <= 65_535)).map(({ part }) => `"${part}"`);
  if (given.length === 0) wrong.push(`"${text}"`);
  if (wrong.length > 0)
    throw new UserError(
      `${name} must be host:port, or several with commas, not ${wrong.join(' or ')}; an IPv6 address needs a name`,
    );
  return parsed.map(({ host, port }) => ({ host, port }));
}

/**
 * Names every port that is occupied, not only the first.
 * @param {{ port: number, for: string, instead: string }[]} ports `instead` says what else can be done
 * @returns {Promise<void>} @throws UserError
 */
export async function requireFreePorts(ports) {
  const free = await Promise.all(ports.map(({ port }) => isFree(port)));
  const occupied = ports.filter((_, index) => !free[index]);
  if (occupied.length === 0) return;
  const lines = occupied.map(({ port, for: what, instead }) => `  - ${port}, for ${what}: ${instead}`);
  throw new UserError(`These ports are occupied by other programs:\n${lines.join('\n')}`);
}

/**
 * Whether somebody takes connections there.
 * @param {number} port
 * @param {string} [host]
 * @returns {Promise<boolean>}
 */
export const accepts = (port, host = '127.0.0.1') =>
  new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 3_000 });
    const end = (/** @type {boolean} */ answer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
