import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { installConnection } from './connection.js';
import './kafkajs.js';
import { installed, stock } from './testing/stock.js';

interface Connection {
  connect(): Promise<unknown>;
  disconnect(): Promise<unknown>;
  isConnected(): boolean;
  send(request: object): Promise<string>;
  processData(data: Buffer): void;
}
type ConnectionClass = new (options: object) => Connection;

const Encoder = installed<new () => object>('kafkajs/src/protocol/encoder.js');
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const request = {
  request: { apiKey: 3, apiName: 'Metadata', apiVersion: 0, encode: () => Promise.resolve(new Encoder()) },
  response: { decode: () => Promise.resolve({}), parse: () => Promise.resolve('answered') },
};

/** Size and correlation id of an answer to the first, second, … request of a connection. */
function answer(correlationId: number, size = 4): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeInt32BE(size, 0);
  bytes.writeInt32BE(correlationId, 4);
  return bytes;
}

describe('a connection that is made anew', () => {
  const Installed = installed<ConnectionClass>('kafkajs/src/network/connection.js');
  const Stock = stock<ConnectionClass>('kafkajs/src/network/connection.js');
  let broker: Server;
  let sockets: Socket[];

  beforeEach(async () => {
    sockets = [];
    broker = createServer((socket) => {
      const number = sockets.push(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => {
        // The first answer breaks off after its first bytes, the second is whole.
        if (number === 1) socket.write(answer(0, 100), () => socket.destroy());
        else socket.write(answer(1));
      });
    }).listen(0, '127.0.0.1');
    await once(broker, 'listening');
  });

  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    broker.close();
  });

  const connectionOf = (Class: ConnectionClass) =>
    new Class({
      host: '127.0.0.1',
      port: (broker.address() as AddressInfo).port,
      logger: { namespace: () => log },
      socketFactory: (options: { host: string; port: number; onConnect: () => void }) =>
        connect({ host: options.host, port: options.port }, options.onConnect),
      connectionTimeout: 1_000,
      requestTimeout: 500,
    });

  const secondAnswer = async (Class: ConnectionClass) => {
    const connection = connectionOf(Class);
    try {
      await connection.connect();
      await connection.send(request).catch(() => undefined);
      await connection.connect();
      return await connection.send(request);
    } finally {
      await connection.disconnect();
    }
  };

  it('reads the new answers from their beginning', async () => {
    await expect(secondAnswer(Installed)).resolves.toBe('answered');
  });

  it('would go on in the middle of the old one without us', async () => {
    await expect(secondAnswer(Stock)).rejects.toThrow('timed out');
  });

  it('is made once for all who want it at the same time', async () => {
    const opened = async (Class: ConnectionClass) => {
      const before = sockets.length;
      const connection = connectionOf(Class);
      await Promise.all([connection.connect(), connection.connect()]);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await connection.disconnect();
      return sockets.length - before;
    };
    expect(await opened(Stock)).toBe(2);
    expect(await opened(Installed)).toBe(1);
  });

  it('may be ended many times while its broker is away', async () => {
    const warned = async (connection: Connection) => {
      await connection.connect().catch(() => undefined);
      for (let time = 0; time < 20; time++) await connection.disconnect();
      const { socket } = connection as unknown as { socket: Socket };
      const limit = socket.getMaxListeners();
      return limit > 0 && socket.listenerCount('connect') > limit;
    };
    const [before, now] = [connectionOf(Stock), connectionOf(Installed)];
    broker.close();
    expect(await warned(before)).toBe(true);
    expect(await warned(now)).toBe(false);
  });

  it('is not installed in a kafkajs of another shape', () => {
    const install = (module: object) => () =>
      installConnection((() => module) as unknown as Parameters<typeof installConnection>[0]);
    expect(install({})).toThrow('is not the class it was');
    expect(install({ prototype: {} })).toThrow('is not the class it was');
    expect(install({ prototype: { connect: () => undefined } })).toThrow('is not the class it was');
  });
});
