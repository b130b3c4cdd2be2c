import { readFileSync, statSync } from 'node:fs';
import { parseTokenEntries, type TokenEntry } from './token-entry.js';

/** How often a look at the file is worth it: a burst of requests needs one. */
const LOOK_EVERY_MS = 500;
const LARGEST_BYTES = 1_048_576;

type OnNotice = (level: 'log' | 'warn', notice: string) => void;

/**
 * The tokens of ADMIN_TOKENS_FILE, read again when the file has changed. While it is of no use, as in the middle
 * of its replacement, the former tokens stay.
 */
export class TokenFile {
  private entries: readonly TokenEntry[] = [];
  private state: string | undefined;
  private lookedAt = -Infinity;

  constructor(
    private readonly path: string,
    private readonly onNotice: OnNotice,
  ) {}

  read(): readonly TokenEntry[] {
    const now = performance.now();
    if (now - this.lookedAt >= LOOK_EVERY_MS) {
      this.lookedAt = now;
      this.look();
    }
    return this.entries;
  }

  private look(): void {
    const state = stateOf(this.path);
    if (state === this.state) return;
    const isFirst = this.state === undefined;
    this.state = state;
    const read = readTokenFile(this.path);
    if ('problem' in read) {
      this.onNotice(
        'warn',
        `ADMIN_TOKENS_FILE is of no use as it is, the former tokens stay: ${read.problem}`,
      );
      return;
    }
    this.entries = read;
    if (!isFirst) this.onNotice('log', `ADMIN_TOKENS_FILE has changed: ${read.length} tokens from now on`);
  }
}

/** @returns the entries, or what is wrong; never throws */
export function readTokenFile(path: string): readonly TokenEntry[] | { readonly problem: string } {
  try {
    if (statSync(path).size > LARGEST_BYTES) return { problem: 'it is larger than 1 MiB' };
    return parseTokenEntries(readFileSync(path, 'utf8'));
  } catch {
    return { problem: 'it cannot be read' };
  }
}

/** Changes whenever the file does, or who may read it. A link to another file, as Kubernetes mounts secrets, is such a change. */
function stateOf(path: string): string {
  try {
    const { ino, size, mtimeMs, ctimeMs } = statSync(path);
    return [ino, size, mtimeMs, ctimeMs].join(':');
  } catch {
    return 'none';
  }
}
