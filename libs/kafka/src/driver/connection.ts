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

type Connect = (this: Connection) => Promise<unknown>;

/**
 * A connection that is made anew after it ended in the middle of an answer, as when its broker was killed,
 * still holds the beginning of that answer. kafkajs reads on from there, which throws out of a socket's event
 * and ends the process. The former socket may also still have something to say.
 * @throws Error when the installed kafkajs has another shape
 */
export function installConnection(require: ReturnType<typeof createRequire>): void {
  const { prototype } = require(PATH) as { prototype?: { connect?: Connect } };
  const connect = prototype?.connect;
  if (!prototype || typeof connect !== 'function') throw new Error(`${PATH} is not the class it was`);
  prototype.connect = function () {
    if (!this.isConnected() && !this.socket?.connecting) {
      retire(this.socket);
      this.chunks = [];
      this.bytesBuffered = 0;
      this.bytesNeeded = SIZE_BYTES;
    }
    return connect.call(this);
  };
}

function retire(socket: Socket | undefined): void {
  if (!socket) return;
  socket.removeAllListeners();
  socket.on('error', () => undefined);
  socket.destroy();
}
