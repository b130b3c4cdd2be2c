import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { map, type Observable } from 'rxjs';
import { toDeadLetters } from '../dead-letter/to-dead-letters.js';
import type { Deliverable, Outcome } from '../outcome.js';
import type { InputRecord } from '../record.js';
import type { BatchContext } from '../server/batch-context.js';

/** Turns what was rejected or given up into dead letters. See `toDeadLetters`. */
@Injectable()
export class DeadLetterInterceptor implements NestInterceptor<readonly Outcome[], readonly Deliverable[]> {
  intercept(
    context: ExecutionContext,
    next: CallHandler<readonly Outcome[]>,
  ): Observable<readonly Deliverable[]> {
    const [records, origin] = context.getArgs<[readonly InputRecord[], BatchContext]>();
    return next.handle().pipe(map((outcomes) => toDeadLetters(records, outcomes, origin, new Date())));
  }
}
