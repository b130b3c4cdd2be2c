import type { createRequire } from 'node:module';
import type { Socket } from 'node:net';

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

/**
 * One socket at a time, and nothing of a former one. In kafkajs two calls that find a connection closed each
 * open a socket, one of them for nothing, and its end later ends the connection; and the rest of an answer that
 * broke off is taken for the beginning of the next, which is then never understood.
 * @throws Error when the installed kafkajs has another shape
 */
export function installConnection(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(PATH) as {
    prototype?: { connect?: Method; disconnect?: Method };
  };
  const { connect, disconnect } = prototype ?? {};
  if (!prototype || typeof connect !== 'function' || typeof disconnect !== 'function') {
    throw new Error(`${PATH} is not the class it was`);
  }
  const connecting = new WeakMap<Connection, Promise<unknown>>();
  prototype.connect = function () {
    if (this.isConnected()) return Promise.resolve(true);
    const going = connecting.get(this);
    if (going) return going;
    forgetFormer(this);
    const attempt = connect.call(this).finally(() => connecting.delete(this));
    connecting.set(this, attempt);
    return attempt;
  };
  prototype.disconnect = function () {
    // Each time that a dead socket is ended it gets one more listener, which Node.js warns of.
    this.socket?.setMaxListeners(0);
    return disconnect.call(this);
  };
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
