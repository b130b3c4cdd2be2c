import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import { TransportEvents } from '../events.js';
import type { InputRecord } from '../record.js';

/** Tells how long a batch took from here inward: handler, retries and waits between them. */
@Injectable()
export class MetricsInterceptor implements NestInterceptor {
  constructor(private readonly events: TransportEvents) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const [records] = context.getArgs<[readonly InputRecord[]]>();
    const start = performance.now();
    const report = () =>
      this.events.emit('handled', { records: records.length, seconds: (performance.now() - start) / 1_000 });
    return next.handle().pipe(tap({ next: report, error: report }));
  }
}
