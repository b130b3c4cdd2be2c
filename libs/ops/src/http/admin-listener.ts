import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { limitSlowSenders } from './slow-senders.js';

interface Addresses {
  readonly httpHost: string;
  readonly httpPort: number;
  /** Undefined: /admin is on the same port as everything else. */
  readonly adminPort: number | undefined;
  /** Undefined: the same address as `httpHost`. */
  readonly adminHost: string | undefined;
}

type Next = () => void;

/** What is on the port of the admin surface where it has one. */
const ADMIN_PATH = /^\/(?:admin|console|docs|openapi\.json)(?:[/?#]|$)/i;

/**
 * A second port, with /admin, the console and the description of the API; then the first one has none of them.
 */
@Injectable()
export class AdminListener implements BeforeApplicationShutdown {
  private server: Server | undefined;
  /** Connections to the port of the admin surface. */
  private readonly sockets = new WeakSet<Socket>();

  constructor(private readonly adapter: HttpAdapterHost) {}

  /** @throws when the address cannot be listened on */
  async listen(host: string, port: number): Promise<void> {
    const server = createServer(this.adapter.httpAdapter.getInstance<RequestListener>());
    limitSlowSenders(server);
    this.server = server;
    server.on('connection', (socket: Socket) => this.sockets.add(socket));
    server.listen(port, host);
    await once(server, 'listening');
  }

  /** Where a request does not belong to the port that it came by, there is nothing. */
  readonly divide = (request: IncomingMessage, _response: ServerResponse, next: Next): void => {
    const { url = '', socket } = request;
    const isElsewhere = this.server !== undefined && ADMIN_PATH.test(url) !== this.sockets.has(socket);
    if (isElsewhere) request.url = '/nothing-here';
    next();
  };

  beforeApplicationShutdown(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }
}

/**
 * Listens, on one port or on two.
 *
 * @throws when an address cannot be listened on
 *
 * @publicApi
 */
export async function listenHttp(app: NestExpressApplication, addresses: Addresses): Promise<void> {
  const { httpHost, httpPort, adminHost = httpHost, adminPort } = addresses;
  // First, so that /admin is at no moment on the other port.
  if (adminPort !== undefined) await app.get(AdminListener).listen(adminHost, adminPort);
  await app.listen(httpPort, httpHost);
}
