import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Numbers of requests: https://kafka.apache.org/protocol#protocol_api_keys */
export const END_TXN = 26;

/** `request`: the broker never sees it. `answer`: the broker has done it, and nobody hears of it. */
export type Lost = 'request' | 'answer';

/**
 * Stands between clients and one broker, and loses some of what they say to each other. It changes nothing:
 * the broker has to advertise the port of this proxy as its own.
 */
export class LossyProxy {
  /** Where the broker listens; to be set before anybody connects. */
  target = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private wanted: { readonly apiKey: number; readonly what: Lost } | undefined;
  private watched: { readonly apiKey: number; readonly seen: () => void } | undefined;
  /** Nobody hears of any answer. */
  isMute = false;
  /** How many requests or answers were lost so far. */
  lost = 0;

  private constructor() {
    this.server = createServer((client) => this.join(client));
  }

  static async listen(): Promise<LossyProxy> {
    const proxy = new LossyProxy();
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Loses the next request of a kind, or its answer. */
  lose(apiKey: number, what: Lost): void {
    this.wanted = { apiKey, what };
  }

  /** Calls once, before the next request of a kind is passed on. */
  beforeNext(apiKey: number, seen: () => void): void {
    this.watched = { apiKey, seen };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket): void {
    const broker = connect(this.target, '127.0.0.1');
    const unanswered = new Set<number>();
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      this.sockets.add(socket);
      // A connection that breaks on one side ends on the other; that is all there is to say of it.
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
    client.on(
      'data',
      frames((frame) => {
        if (this.passes(frame, unanswered)) broker.write(frame);
      }),
    );
    broker.on(
      'data',
      frames((frame) => {
        if (!unanswered.delete(frame.readInt32BE(4)) && !this.isMute) client.write(frame);
      }),
    );
  }

  /** A request begins with its size, api key, version and correlation id; an answer with size and that id. */
  private passes(request: Buffer, unanswered: Set<number>): boolean {
    const { wanted, watched } = this;
    const apiKey = request.readInt16BE(4);
    if (watched?.apiKey === apiKey) {
      this.watched = undefined;
      watched.seen();
    }
    if (wanted?.apiKey !== apiKey) return true;
    this.wanted = undefined;
    this.lost++;
    if (wanted.what === 'request') return false;
    unanswered.add(request.readInt32BE(8));
    return true;
  }
}

/** Cuts a stream of bytes into frames, each preceded by its size. */
function frames(take: (frame: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= 4) {
      const end = 4 + rest.readInt32BE(0);
      if (rest.length < end) return;
      take(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}
