import {
  ForbiddenException,
  HttpException,
  Inject,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { AuditTrail } from '../audit/audit-trail.js';
import { describeAttempt, isCommand } from '../audit/describe-attempt.js';
import { ANONYMOUS, isAllowed, type Actor, type Role } from './actor.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.js';
import { budgetKey, clientAddress } from './client-address.js';
import { setActor } from './current-actor.decorator.js';
import { foreignOrigin } from './request-origin.js';
import { RequestBudget } from './request-budget.js';
import { REQUIRED_ROLE } from './requires-role.decorator.js';
import { TokenVerifier } from './token-verifier.js';
import { Tokens } from './tokens.js';

const HOW_TO_CONFIGURE =
  'No tokens are configured: set ADMIN_TOKENS or ADMIN_TOKENS_FILE, or ADMIN_AUTH=none for development, and restart the service';

/**
 * Denied attempts of one token, or of one address without any, that are written down in a minute; the others are
 * denied all the same.
 */
const AUDITED_DENIALS = 60;

/**
 * Guards /admin. In every mode a request that a foreign web page may have sent gets 403. Where tokens are asked
 * for, 401 without a valid `Authorization: Bearer …`; 403 for a role that may not; 429 for whoever tries tokens or
 * commands too often.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  private readonly tokens: TokenVerifier;
  private readonly failures: RequestBudget;
  private readonly commands: RequestBudget;
  private readonly denials = new RequestBudget(AUDITED_DENIALS);
  /** That somebody is shut out is told once, however many denials were written down before. */
  private readonly shutOut = new RequestBudget(1);

  constructor(
    @Inject(ADMIN_ACCESS) private readonly access: AdminAccess,
    private readonly trail: AuditTrail,
    private readonly reflector: Reflector,
    tokens: Tokens,
  ) {
    const { failureLimit = 60, commandLimit = 120 } = access;
    this.tokens = new TokenVerifier(() => tokens.entries());
    this.failures = new RequestBudget(failureLimit);
    this.commands = new RequestBudget(commandLimit);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const foreign = foreignOrigin(request.headers, this.access.allowedHosts);
    if (foreign !== undefined) this.deny(context, new ForbiddenException(foreign));

    const actor = this.access.auth === 'none' ? ANONYMOUS : this.authenticate(context, request);
    setActor(request, actor);
    const needed = this.reflector.get<Role | undefined>(REQUIRED_ROLE, context.getHandler()) ?? 'admin';
    if (!isAllowed(actor, needed)) {
      this.deny(
        context,
        new ForbiddenException(`This needs the role ${needed}, and the token has ${actor.role}`),
        actor,
      );
    }
    if (isCommand(request)) {
      const wait = this.commands.take(keyOf(actor, clientAddress(request)));
      if (wait > 0) this.deny(context, tooMany(context, wait, 'commands'), actor);
    }
    return true;
  }

  private authenticate(context: ExecutionContext, request: Request): Actor {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const address = budgetKey(clientAddress(request));
    // Who has yet to send a token must not keep those out who share the address and have one.
    const key = token === undefined ? `no token, ${address}` : address;
    const wait = this.failures.exhausted(key);
    if (wait > 0) {
      this.deny(context, tooMany(context, wait, 'requests without a valid token'), undefined, this.shutOut);
    }
    const actor = token === undefined ? undefined : this.tokens.verify(token);
    if (actor !== undefined && actor !== 'expired') return actor;
    this.failures.take(key);
    context.switchToHttp().getResponse<Response>().setHeader('WWW-Authenticate', 'Bearer');
    return this.deny(context, new UnauthorizedException(this.whatIsWrong(actor)));
  }

  private whatIsWrong(found: 'expired' | undefined): string {
    if (this.tokens.isEmpty) return HOW_TO_CONFIGURE;
    return found === 'expired' ? 'This token has expired' : 'A valid bearer token is required';
  }

  /** Writes the attempt down, unless there are too many of them. */
  private deny(context: ExecutionContext, error: HttpException, actor?: Actor, budget = this.denials): never {
    const attempt = describeAttempt(context, this.reflector);
    if (budget.take(keyOf(actor, attempt.from)) === 0) {
      const who = { actor: actor?.name ?? null, role: actor?.role ?? null };
      // What somebody without a name sends is written down nowhere.
      const parameters = actor ? attempt.parameters : {};
      this.trail.record({ ...attempt, ...who, parameters, outcome: 'denied', status: error.getStatus() });
    }
    throw error;
  }
}

/** By the token where there is one: who shares its address must not use up what it may do. */
const keyOf = (actor: Actor | undefined, address: string): string =>
  actor === undefined || actor === ANONYMOUS ? budgetKey(address) : `token ${actor.name}`;

function tooMany(context: ExecutionContext, seconds: number, what: string): HttpException {
  context.switchToHttp().getResponse<Response>().setHeader('Retry-After', String(seconds));
  return new HttpException(`Too many ${what}: wait ${seconds} s`, 429);
}
