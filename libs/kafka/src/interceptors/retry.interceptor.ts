import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { TransportEvents } from '../events.js';
import type { Outcome } from '../outcome.js';
import type { InputRecord } from '../record.js';
import { retryFailed, type RetryOptions } from '../retry/retry-failed.js';
import type { BatchContext } from '../server/batch-context.js';

/** Provide it with the limits of `RetryInterceptor`. */
export const RETRY_OPTIONS = Symbol('RETRY_OPTIONS');

/** Calls the handler again with the records that failed for a passing reason. See `retryFailed`. */
@Injectable()
export class RetryInterceptor implements NestInterceptor<readonly Outcome[], readonly Outcome[]> {
  constructor(
    @Inject(RETRY_OPTIONS) private readonly options: Omit<RetryOptions, 'onRetry' | 'isOverdue'>,
    private readonly events: TransportEvents,
  ) {}

  intercept(
    context: ExecutionContext,
    next: CallHandler<readonly Outcome[]>,
  ): Observable<readonly Outcome[]> {
    // Nest reads the payload from the arguments at every call, so swapping it there narrows the batch.
    const args = context.getArgs<[readonly InputRecord[], BatchContext]>();
    const [records, batch] = args;
    const handle = async (some: readonly InputRecord[]) => {
      args[0] = some;
      try {
        const outcomes = await lastValueFrom(next.handle());
        batch.checkOutcomes(outcomes, some);
        return outcomes;
      } finally {
        args[0] = records;
      }
    };
    const options = {
      ...this.options,
      isOverdue: () => batch.isOverdue,
      onRetry: (retry: { records: number; attempt: number }) => this.events.emit('retried', retry),
    };
    return from(retryFailed(records, handle, options, batch.signal));
  }
}
