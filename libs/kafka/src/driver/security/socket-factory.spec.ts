import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createAuthority } from '../../../../../tools/lib/certificates.mjs';
import { accessFailure } from './access-failure.js';
import { createSocketFactory } from './socket-factory.js';
import { TlsFiles, type TlsOptions } from './tls-files.js';

type Authority = Awaited<ReturnType<typeof createAuthority>>;

let folder: string;
let authority: Authority;
let server: Server;
let notices: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'login-event-tls-'));
  authority = await createAuthority();
  notices = [];
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

async function listen(given: Server): Promise<void> {
  server = given.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** A server with a certificate for `host`, that tells who the client is. */
async function serve(host = '127.0.0.1', notAfter?: Date): Promise<void> {
  const { certificate: cert, key } = await authority.issue('kafka', { host, ...(notAfter && { notAfter }) });
  const asked = { requestCert: true, rejectUnauthorized: false };
  await listen(
    createServer({ cert, key, ca: authority.pem.certificate, ...asked }, (socket) =>
      socket.end(socket.authorized ? String(socket.getPeerCertificate().subject.CN) : 'nobody'),
    ),
  );
}

const filesOf = (options: Partial<TlsOptions> = {}) =>
  new TlsFiles(
    { caFile: file('ca.pem', authority.pem.certificate), verifyHostname: true, ...options },
    (level, notice) => notices.push(`${level}: ${notice}`),
  );

/** What the server answers, or the code of the failure. */
async function connect(files: TlsFiles, verifyHostname = true): Promise<string> {
  const { port } = server.address() as AddressInfo;
  const socket = createSocketFactory(
    files,
    verifyHostname,
  )({
    host: '127.0.0.1',
    port,
    ssl: {},
    onConnect: () => undefined,
  });
  try {
    const [data] = (await once(socket, 'data')) as [Buffer];
    return data.toString();
  } catch (error) {
    return accessFailure(error)?.code ?? String(error);
  } finally {
    socket.destroy();
  }
}

async function own(name: string, notAfter?: Date) {
  const { certificate, key } = await authority.issue(name, notAfter ? { notAfter } : {});
  return { certificateFile: file('own.pem', certificate), keyFile: file('own.key', key) };
}

describe('an encrypted connection', () => {
  it('is made to a server whose certificate the CA has signed, as nobody or with a certificate', async () => {
    await serve();
    expect(await connect(filesOf())).toBe('nobody');
    expect(await connect(filesOf(await own('one')))).toBe('one');
  });

  it('is refused to a server of another CA', async () => {
    await serve();
    const { pem } = await createAuthority('another');
    expect(await connect(filesOf({ caFile: file('other.pem', pem.certificate) }))).toMatch(
      /^(UNABLE_TO|SELF_SIGNED)/,
    );
  });

  it('is refused to a server whose certificate has expired', async () => {
    await serve('127.0.0.1', new Date(Date.now() - 1_000));
    expect(await connect(filesOf())).toBe('CERT_HAS_EXPIRED');
  });

  it('is refused to a server whose certificate is for another host, unless that is not looked at', async () => {
    await serve('localhost');
    expect(await connect(filesOf())).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await connect(filesOf(), false)).toBe('nobody');
  });

  it('is refused to a server that does not speak TLS', async () => {
    await listen(createPlainServer((socket) => socket.end('\0\0\0\u0004what')));
    expect(await connect(filesOf())).toMatch(/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/);
  });
});

describe('the files of a connection', () => {
  it('are read again when they change', async () => {
    await serve();
    const files = filesOf(await own('one'));
    expect(await connect(files)).toBe('one');
    await own('another');
    expect(await connect(files)).toBe('another');
    expect(notices).toEqual([expect.stringMatching(/^log: TLS files have changed/)]);
  });

  it('stay the former ones while the new ones are of no use', async () => {
    await serve();
    const files = filesOf(await own('one'));
    await connect(files);
    file('own.key', 'half a k');
    expect(await connect(files)).toBe('one');
    expect(await connect(files)).toBe('one');
    expect(notices).toEqual([expect.stringMatching(/^warn: .* the former ones stay/)]);
    await own('another');
    expect(await connect(files)).toBe('another');
  });

  it('are a failure of their own when they are missing, do not fit together, or have expired', async () => {
    await serve();
    const { certificateFile, keyFile } = await own('one');
    expect(await connect(filesOf({ caFile: join(folder, 'nowhere') }))).toBe('TLS_FILES_UNUSABLE');
    const { key } = await authority.issue('another');
    const options = { certificateFile, keyFile: file('other.key', key) };
    expect(await connect(filesOf(options))).toBe('TLS_FILES_UNUSABLE');
    const old = await own('old', new Date(Date.now() - 1_000));
    expect(keyFile).toBe(old.keyFile);
    expect(await connect(filesOf(old))).toBe('CLIENT_CERTIFICATE_EXPIRED');
  });
});
