// An HTTP server that answers every look-up after the same time, until it is told to be down, and again when it is
// told to be up. Says `url`, then `down` and `up` when it is.
import { createServer } from 'node:http';

/** @type {{ delayMs: number }} */
const { delayMs } = JSON.parse(process.argv[2] ?? '');

/** @param {string} about @param {unknown} [content] */
const say = (about, content) => process.send?.({ about, content });

const server = createServer((_, response) => {
  setTimeout(() => response.end('{"country":"DE","asn":64496}'), delayMs);
});
server.keepAliveTimeout = 60_000;
let port = 0;
const up = () => server.listen(port, '127.0.0.1');
server.on('listening', () => {
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  const about = port === 0 ? 'url' : 'up';
  port = address.port;
  say(about, `http://127.0.0.1:${port}/lookup?ip={ip}`);
});
process.on('message', (message) => {
  if (message === 'up') up();
  if (message === 'down') {
    server.close(() => say('down'));
    server.closeAllConnections();
  }
});
process.on('disconnect', () => process.exit(0));
up();
