import {
  HttpException,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { tap, type Observable } from 'rxjs';
import { actorOf } from '../auth/current-actor.decorator.js';
import { AuditTrail } from './audit-trail.js';
import { describeAttempt, isCommand } from './describe-attempt.js';

/** Writes down every command that the guard has let pass, with what became of it. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(
    private readonly trail: AuditTrail,
    private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!isCommand(request)) return next.handle();
    const { name: actor, role } = actorOf(request);
    const attempt = { ...describeAttempt(context, this.reflector), actor, role };
    return next.handle().pipe(
      tap({
        complete: () =>
          this.trail.record({ ...attempt, outcome: 'done', status: http.getResponse<Response>().statusCode }),
        error: (error: unknown) => {
          const status = error instanceof HttpException ? error.getStatus() : 500;
          this.trail.record({ ...attempt, outcome: status < 500 ? 'refused' : 'failed', status });
        },
      }),
    );
  }
}
