import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
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

  constructor(private readonly adapter: HttpAdapterHost) {}

  /** @throws when the address cannot be listened on */
  async listen(host: string, port: number): Promise<void> {
    const server = createServer(this.adapter.httpAdapter.getInstance<RequestListener>());
    limitSlowSenders(server);
    this.server = server;
    server.listen(port, host);
    await once(server, 'listening');
  }

  /** Undefined while it does not listen. */
  get port(): number | undefined {
    return (this.server?.address() as AddressInfo | null | undefined)?.port;
  }

  /** Where a request does not belong to the port that it came by, there is nothing. */
  readonly divide = (request: IncomingMessage, _response: ServerResponse, next: Next): void => {
    const { port } = this;
    if (port !== undefined) {
      const byAdminPort = request.socket.localPort === port;
      if (ADMIN_PATH.test(request.url ?? '') !== byAdminPort) request.url = '/nothing-here';
    }
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
