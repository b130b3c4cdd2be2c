import { Inject, Injectable, Logger } from '@nestjs/common';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.js';
import type { TokenEntry } from './token-entry.js';
import { TokenFile } from './token-file.js';

/** The tokens of the variable and of the file, as they are now. */
@Injectable()
export class Tokens {
  private readonly file: TokenFile | undefined;

  constructor(@Inject(ADMIN_ACCESS) private readonly access: AdminAccess) {
    const logger = new Logger('AuthModule');
    const { tokensFile } = access;
    this.file =
      tokensFile === undefined ? undefined : new TokenFile(tokensFile, (level, text) => logger[level](text));
  }

  entries(): readonly TokenEntry[] {
    return this.file ? [...this.access.tokens, ...this.file.read()] : this.access.tokens;
  }
}
