import type { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { untilAuthenticated } from './reauthentication.js';
import { accessFailure, deniedTopics, type DeniedRequest } from './security/access-failure.js';

const PATH = 'kafkajs/src/network/connection.js';
const SIZE_BYTES = 4;

/** The part of kafkajs' connection that matters here. */
interface Connection {
  socket?: Socket;
  chunks: Buffer[];
  bytesBuffered: number;
  bytesNeeded: number;
  isConnected(): boolean;
}

type Method = (this: Connection) => Promise<unknown>;

interface Exchange {
  readonly request: { readonly apiName: string; readonly encode: () => Promise<unknown> };
  readonly response: { readonly parse: (answer: unknown) => Promise<unknown> };
}

type Send = (this: Connection, exchange: Exchange) => Promise<unknown>;

/**
 * One socket at a time, and nothing of a former one. In kafkajs two calls that find a connection closed each
 * open a socket, one of them for nothing, and its end later ends the connection; and the rest of an answer that
 * broke off is taken for the beginning of the next, which is then never understood. And an error of access says
 * what was asked for, and is not tried again at once.
 * @throws Error when the installed kafkajs has another shape
 */
export function installConnection(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(PATH) as {
    prototype?: { connect?: Method; disconnect?: Method; send?: Send };
  };
  const { connect, disconnect, send } = prototype ?? {};
  if (
    !prototype ||
    typeof connect !== 'function' ||
    typeof disconnect !== 'function' ||
    typeof send !== 'function'
  ) {
    throw new Error(`${PATH} is not the class it was`);
  }
  const connecting = new WeakMap<Connection, Promise<unknown>>();
  prototype.connect = function () {
    if (this.isConnected()) return Promise.resolve(true);
    const going = connecting.get(this);
    if (going) return going;
    forgetFormer(this);
    const attempt = connect
      .call(this)
      .catch(endIfRefused)
      .finally(() => connecting.delete(this));
    connecting.set(this, attempt);
    return attempt;
  };
  prototype.disconnect = function () {
    // Each time that a dead socket is ended it gets one more listener, which Node.js warns of.
    this.socket?.setMaxListeners(0);
    return disconnect.call(this);
  };
  prototype.send = function (exchange) {
    const { request, response } = exchange;
    const parse = async (answer: unknown) => {
      try {
        return await response.parse(answer);
      } catch (error) {
        noteDenied(error as DriverError, request.apiName, answer);
        throw error;
      }
    };
    const encode = async () => {
      const encoded = await request.encode();
      if (!request.apiName.startsWith('Sasl')) await untilAuthenticated(this);
      return encoded;
    };
    return send
      .call(this, { ...exchange, request: { ...request, encode }, response: { ...response, parse } })
      .catch(endIfRefused);
  };
}

/** A refusal is final for kafkajs, which would try again at once. @throws the error itself */
function endIfRefused(error: unknown): never {
  if (accessFailure(error)) (error as { retriable: boolean }).retriable = false;
  throw error;
}

interface DriverError {
  readonly type?: string;
  readonly code?: number;
  /** Of one topic each. */
  readonly errors?: readonly DriverError[];
  readonly topic?: string;
  denied?: DeniedRequest;
}

/** kafkajs names neither the request nor the topics that were refused. */
function noteDenied(error: DriverError, api: string, answer: unknown): void {
  for (const one of [error, ...(error.errors ?? [])]) {
    if (one.code === undefined || !accessFailure(one)) continue;
    const topics = one.topic === undefined ? deniedTopics(answer, one.code) : [one.topic];
    one.denied = { api, topics };
  }
}

function forgetFormer(connection: Connection): void {
  const { socket } = connection;
  if (socket) {
    socket.removeAllListeners();
    socket.on('error', () => undefined);
    socket.destroy();
  }
  connection.chunks = [];
  connection.bytesBuffered = 0;
  connection.bytesNeeded = SIZE_BYTES;
}
