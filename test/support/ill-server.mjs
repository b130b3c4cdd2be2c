import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * How the server answers. `ok` and `delay:MS` give the address back as `{"ip":…}`, `status:N` that status,
 * `slow` nothing for a minute, `half-closed` the beginning of an answer and then the end of the connection, `giant`
 * more than a megabyte, `invalid` no JSON, `list` JSON that is no object, `flaky:N` status 500 to N of 100 calls.
 * @typedef {'ok' | `flaky:${number}` | `delay:${number}` | `status:${number}` | 'slow' | 'half-closed' | 'giant' | 'invalid' | 'list'} Mode
 */

/** @typedef {{ at: number, ip: string }} Call */

/** An HTTP server that misbehaves on command, for all calls or by what the address is. */
export class IllServer {
  /** @type {Mode} */
  mode = 'ok';
  /** @type {Map<string, Mode>} by IP address, before `mode` */
  modes = new Map();
  /** @type {Call[]} */
  calls = [];
  inProgress = 0;
  mostInProgress = 0;
  connections = 0;
  #server = createServer((request, response) => this.#answer(request, response));
  #port = 0;

  constructor() {
    this.#server.on('connection', () => this.connections++);
  }

  /** Listens, again on the same port after `refuse`. */
  async start() {
    if (this.#server.listening) return this;
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (typeof address === 'object' && address) this.#port = address.port;
    return this;
  }

  get url() {
    return `http://127.0.0.1:${this.#port}/lookup?ip={ip}`;
  }

  /** Refuses connections until it is started again. */
  async refuse() {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async stop() {
    if (this.#server.listening) await this.refuse();
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  #answer(request, response) {
    const ip = new URL(request.url ?? '/', 'http://host').searchParams.get('ip') ?? '';
    this.calls.push({ at: Date.now(), ip });
    this.mostInProgress = Math.max(this.mostInProgress, ++this.inProgress);
    response.on('close', () => this.inProgress--);
    const [kind, number = '0'] = (this.modes.get(ip) ?? this.mode).split(':');
    const good = `{"ip":${JSON.stringify(ip)},"serial":18446744073709551615,"asn":64496}`;
    switch (kind) {
      case 'ok':
        return void response.end(good);
      case 'flaky':
        if (Math.random() * 100 >= Number(number)) return void response.end(good);
        return void response.writeHead(500).end();
      case 'delay':
        return void setTimeout(() => response.end(good), Number(number)).unref();
      case 'status':
        return void response.writeHead(Number(number), { location: '/elsewhere' }).end('{"error":"status"}');
      case 'slow':
        return void setTimeout(() => response.end(good), 60_000).unref();
      case 'half-closed':
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"ip":');
        return void setTimeout(() => request.socket.end(), 20);
      case 'giant':
        return void response.end(JSON.stringify({ padding: 'x'.repeat(1_500_000) }));
      case 'invalid':
        return void response.end('{"ip":');
      default:
        return void response.end('[1,2]');
    }
  }
}

/** @param {Mode} [mode] */
export async function startIllServer(mode = 'ok') {
  const server = new IllServer();
  server.mode = mode;
  return server.start();
}
