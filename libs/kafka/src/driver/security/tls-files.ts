import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';
import { reveal, type Secret } from './secret.js';
import { SecurityError } from './security-error.js';

/** What there is to tell of files that changed; never their content. */
export type OnSecurityNotice = (level: 'log' | 'warn', notice: string) => void;

/** Paths of PEM files. */
export interface TlsOptions {
  /** Who may sign the brokers' certificates; by default the CAs that Node.js knows. */
  readonly caFile?: string | undefined;
  /** The client's own certificate with its chain, and the key to it. */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
  readonly keyPassword?: Secret | undefined;
  /** Whether a broker's certificate must name the host that was connected to. */
  readonly verifyHostname: boolean;
}

interface Loaded {
  readonly context: SecureContext;
  /** Epoch milliseconds; undefined without a client certificate. */
  readonly validUntil: number | undefined;
}

/**
 * The certificates of a client, read again at the first connection after a file has changed. While the new
 * files are of no use, as in the middle of their replacement, the former ones stay.
 */
export class TlsFiles {
  private loaded: Loaded | undefined;
  private state = '';

  constructor(
    private readonly options: TlsOptions,
    private readonly onNotice: OnSecurityNotice,
  ) {}

  /** @throws SecurityError when there is nothing usable to connect with */
  context(): SecureContext {
    const state = this.readState();
    if (state !== this.state) this.reload(state);
    if (!this.loaded) throw new SecurityError('TLS_FILES_UNUSABLE');
    const { context, validUntil } = this.loaded;
    // The broker would say so with an alert that does not tell which side has which problem.
    if (validUntil !== undefined && validUntil < Date.now()) {
      throw new SecurityError('CLIENT_CERTIFICATE_EXPIRED');
    }
    return context;
  }

  /** @throws SecurityError when there are no former files to fall back on */
  private reload(state: string): void {
    const isFirst = this.loaded === undefined;
    try {
      this.loaded = this.load();
      if (!isFirst) this.onNotice('log', 'TLS files have changed; connections from now on use the new ones');
    } catch (error) {
      if (isFirst) throw new SecurityError('TLS_FILES_UNUSABLE', error);
      this.onNotice('warn', 'TLS files have changed and are of no use as they are: the former ones stay');
    }
    this.state = state;
  }

  private load(): Loaded {
    const { caFile, certificateFile, keyFile, keyPassword } = this.options;
    const cert = read(certificateFile);
    const context = createSecureContext({
      ...(caFile !== undefined && { ca: read(caFile) }),
      ...(cert !== undefined && { cert, key: read(keyFile) }),
      ...(keyPassword && { passphrase: reveal(keyPassword) }),
    });
    return {
      context,
      validUntil: cert === undefined ? undefined : Date.parse(new X509Certificate(cert).validTo),
    };
  }

  /** Changes whenever a file does. A link to another file, as Kubernetes mounts secrets, is such a change. */
  private readState(): string {
    const { caFile, certificateFile, keyFile } = this.options;
    return [caFile, certificateFile, keyFile].map(stateOf).join();
  }
}

function stateOf(file: string | undefined): string {
  const stat = file === undefined ? undefined : statSync(file, { throwIfNoEntry: false });
  return stat ? [stat.ino, stat.size, stat.mtimeMs].join(':') : 'none';
}

const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file, 'utf8'));
