import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { freePort } from '../../tools/lib/processes.mjs';
import { eventually } from '../support/pipeline.js';
import { Network } from './network.mjs';

/** A Kafka request as far as the network looks into it: size, kind, version, number, client. */
function request(client: string): Buffer {
  const head = Buffer.alloc(14);
  head.writeInt16BE(client.length, 12);
  return Buffer.concat([head, Buffer.from(client)]);
}

describe('the network between consumers and brokers', () => {
  let network: Network;
  let broker: Server;
  let port: number;
  const sockets: Socket[] = [];

  /** Connects as a client and collects what the broker, which returns everything, has returned. */
  async function client(name: string) {
    const socket = connect({ port, host: '127.0.0.1' });
    sockets.push(socket);
    let received = Buffer.alloc(0);
    socket.on('data', (data) => (received = Buffer.concat([received, data])));
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    socket.write(request(name));
    return { socket, received: () => received.subarray(14 + name.length).toString() };
  }

  beforeEach(async () => {
    network = new Network();
    broker = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
    await once(broker, 'listening');
    port = await freePort();
    await network.open(1, port, (broker.address() as AddressInfo).port);
  });

  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await network.closeAll();
    broker.close();
  });

  it('lets everything through, in both directions', async () => {
    const one = await client('one');
    one.socket.write('hello');
    await eventually('the echo', () => one.received() === 'hello');
  });

  it('holds what a cut client sends, and delivers it late; others do not notice', async () => {
    const [one, two] = [await client('one'), await client('two')];
    one.socket.write('a');
    await eventually('a', () => one.received() === 'a');
    const heal = network.cut({ client: 'one' });
    one.socket.write('b');
    two.socket.write('c');
    await eventually('c', () => two.received() === 'c');
    expect(one.received()).toBe('a');
    heal();
    await eventually('b', () => one.received() === 'ab');
  });

  it('passes nothing on twice where a cut that has healed never was', async () => {
    const [one, two] = [await client('one'), await client('two')];
    two.socket.write('c');
    await eventually('c', () => two.received() === 'c');
    network.cut({ client: 'one' })();
    two.socket.write('d');
    one.socket.write('a');
    two.socket.end();
    await eventually('a', () => one.received() === 'a');
    await eventually('the end', () => two.socket.closed);
    expect(two.received()).toBe('cd');
  });

  it('holds new connections to a cut broker, and ends nothing', async () => {
    const heal = network.cut({ broker: 1 });
    const [late, other] = [await client('one'), await client('two')];
    late.socket.write('x');
    other.socket.end();
    expect(late.received()).toBe('');
    heal();
    await eventually('x', () => late.received() === 'x');
  });

  it('leaves other brokers alone', async () => {
    network.cut({ broker: 2 });
    const one = await client('one');
    one.socket.write('y');
    await eventually('y', () => one.received() === 'y');
  });

  it('ends connections and refuses new ones once the broker is gone', async () => {
    const one = await client('one');
    await network.close(1);
    await eventually('the end', () => one.socket.closed);
    const refused = connect({ port, host: '127.0.0.1' });
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});
