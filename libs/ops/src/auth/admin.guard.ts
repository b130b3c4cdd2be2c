import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ForbiddenException,
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.js';
import { foreignOrigin } from './request-origin.js';
import { TokenVerifier } from './token-verifier.js';

const HOW_TO_CONFIGURE =
  'No tokens are configured: set ADMIN_TOKENS, or ADMIN_AUTH=none for development, and restart the service';

/**
 * Guards /admin. In every mode a request that a foreign web page may have sent gets 403. Where tokens are asked
 * for, 401 without a valid `Authorization: Bearer …`.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly tokens: TokenVerifier;

  constructor(@Inject(ADMIN_ACCESS) private readonly access: AdminAccess) {
    this.tokens = new TokenVerifier(access.tokens);
  }

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<IncomingMessage>();
    const foreign = foreignOrigin(headers, this.access.allowedHosts);
    if (foreign !== undefined) throw new ForbiddenException(foreign);
    if (this.access.auth === 'none') return true;

    const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
    if (token !== undefined && this.tokens.verify(token)) return true;
    context.switchToHttp().getResponse<ServerResponse>().setHeader('WWW-Authenticate', 'Bearer');
    throw new UnauthorizedException(
      this.tokens.isEmpty ? HOW_TO_CONFIGURE : 'A valid bearer token is required',
    );
  }
}
