import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Where a Kafka request names its client: after its size, kind, version and number. */
const CLIENT_ID_AT = 12;

/**
 * @typedef {{ broker: number, client: string, near: import('node:net').Socket, far: import('node:net').Socket | undefined, first: Buffer, held: boolean }} Link
 * What a cut concerns: the links of one broker, of one client, or of both.
 * @typedef {{ broker?: number, client?: string }} Cut
 */

/**
 * The network between consumers and brokers. What a cut concerns stands still in both directions, as behind a
 * network that drops packets: nobody is told, and what was sent meanwhile arrives late.
 */
export class Network {
  /** By broker. @type {Map<number, { port: number, server: import('node:net').Server }>} */
  #doors = new Map();
  /** @type {Set<Link>} */
  #links = new Set();
  /** @type {Set<Cut>} */
  #cuts = new Set();

  /** Lets clients through to a broker. @param {number} broker @param {number} port for clients @param {number} target */
  async open(broker, port, target) {
    const server = createServer({ allowHalfOpen: true }, (near) => this.#accept(broker, target, near));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    this.#doors.set(broker, { port, server });
  }

  /** As when nobody listens: connections end, new ones are refused. @param {number} broker */
  async close(broker) {
    const door = this.#doors.get(broker);
    this.#doors.delete(broker);
    if (!door) return;
    const closed = once(door.server, 'close');
    door.server.close();
    for (const link of this.#links) if (link.broker === broker) this.#drop(link);
    await closed;
  }

  async closeAll() {
    await Promise.all([...this.#doors.keys()].map((broker) => this.close(broker)));
  }

  /** @param {Cut} cut @returns {() => void} what heals it */
  cut(cut) {
    this.#cuts.add(cut);
    for (const link of this.#links) if (this.#isCut(link)) hold(link);
    return () => {
      this.#cuts.delete(cut);
      // What flows is left alone: passed on a second time, everything would arrive twice.
      for (const link of this.#links) if (link.held && !this.#isCut(link)) this.#release(link);
    };
  }

  /** @param {Link} link */
  #isCut(link) {
    return [...this.#cuts].some(
      ({ broker = link.broker, client = link.client }) => broker === link.broker && client === link.client,
    );
  }

  /** @param {number} broker @param {number} target @param {import('node:net').Socket} near */
  #accept(broker, target, near) {
    /** @type {Link} */
    const link = { broker, client: '', near, far: undefined, first: Buffer.alloc(0), held: true };
    this.#links.add(link);
    this.#watch(link, near);
    // Who it is, the first request says.
    const onData = (/** @type {Buffer} */ data) => {
      link.first = Buffer.concat([link.first, data]);
      const end =
        CLIENT_ID_AT + 2 + (link.first.length < CLIENT_ID_AT + 2 ? 0 : link.first.readInt16BE(CLIENT_ID_AT));
      if (link.first.length < end) return;
      link.client = link.first.toString('utf8', CLIENT_ID_AT + 2, end);
      near.off('data', onData).pause();
      link.far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
      this.#watch(link, link.far);
      if (this.#isCut(link)) hold(link);
      else this.#release(link);
    };
    near.on('data', onData);
  }

  /** @param {Link} link @param {import('node:net').Socket} socket */
  #watch(link, socket) {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#isCut(link) || this.#drop(link));
  }

  /** @param {Link} link */
  #release(link) {
    const { near, far } = link;
    if (near.destroyed || far?.destroyed) return this.#drop(link);
    if (!far) return void near.resume();
    link.held = false;
    far.write(link.first);
    link.first = Buffer.alloc(0);
    near.pipe(far);
    far.pipe(near);
  }

  /** @param {Link} link */
  #drop(link) {
    this.#links.delete(link);
    link.near.destroy();
    link.far?.destroy();
  }
}

/** @param {Link} link */
function hold(link) {
  link.held = true;
  link.near.unpipe().pause();
  link.far?.unpipe().pause();
}
