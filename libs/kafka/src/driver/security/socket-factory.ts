import { isIP, Socket } from 'node:net';
import { connect } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';
import type { TlsFiles } from './tls-files.js';

/** As kafkajs does. */
const KEEP_ALIVE_DELAY_MS = 60_000;

/** Opens the encrypted connections of kafkajs, each with the certificates as they are by then. */
export const createSocketFactory =
  (files: Pick<TlsFiles, 'context'>, verifyHostname: boolean): ISocketFactory =>
  ({ host, port, onConnect }) => {
    let secureContext;
    try {
      secureContext = files.context();
    } catch (error) {
      // Thrown here, kafkajs would keep nothing of it but its text.
      const socket = new Socket();
      process.nextTick(() => socket.destroy(error as Error));
      return socket;
    }
    const socket = connect(
      {
        host,
        port,
        secureContext,
        // A name in the request is for names only (RFC 6066).
        ...(isIP(host) === 0 && { servername: host }),
        ...(!verifyHostname && { checkServerIdentity: () => undefined }),
      },
      onConnect,
    );
    socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
    return socket;
  };
