import { compileValidator, decodeJsonObject, type PayloadValidator } from '@pipeline/contracts';
import { Ctx } from '@nestjs/microservices';
import { plainToInstance, type ClassConstructor } from 'class-transformer';
import { DeadlineError, withDeadline } from '../abort.js';
import { rejected, type Outcome } from '../outcome.js';
import type { InputRecord } from '../record.js';
import { EventTimeoutError } from '../retry/errors.js';
import type { BatchContext } from './batch-context.js';
import { handleEachRecord } from './each-record.js';

type EventHandler<T> = (event: T, context: BatchContext) => Outcome | Promise<Outcome>;
type BatchHandler = (records: readonly InputRecord[], context: BatchContext) => Promise<readonly Outcome[]>;

/**
 * Lets a handler take one typed event instead of a batch of records:
 *
 *     @EventPattern('login', KAFKA_BATCH)
 *     @EachEvent(LoginEventDto)
 *     onLogin(@Payload() event: LoginEventDto): Outcome { … }
 *
 * Each record is decoded and validated against `dto`; what is invalid is rejected without a call. Up to the
 * transport's concurrency of events is in progress at once; the outcomes keep the order of the records. What
 * a handler throws fails its own event only: a PermanentError or a programming error for good, the rest is
 * tried again. An event whose handler has not ended within the transport's time for one fails for good; the
 * handler goes on until it ends.
 */
export function EachEvent<T extends object>(dto: ClassConstructor<T>) {
  const validator = compileValidator(dto);
  return <H extends EventHandler<T>>(
    target: object,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<H>,
  ): void => {
    const handler = descriptor.value;
    if (!handler) throw new TypeError('@EachEvent belongs on a method');
    // Nest passes what is decorated, and the context is needed here whether the method asks for it or not.
    Ctx()(target, name, 1);
    const batchHandler: BatchHandler = function (this: unknown, records, context) {
      return handleEachRecord(records, context, (record) =>
        handleRecord(record, dto, validator, (event) =>
          inTime(handler.call(this, event, context), context.eventTimeoutMs),
        ),
      );
    };
    // Nest calls the method with what the transport emits, a batch; only its author sees single events.
    descriptor.value = batchHandler as unknown as H;
  };
}

async function handleRecord<T extends object>(
  record: InputRecord,
  dto: ClassConstructor<T>,
  validator: PayloadValidator,
  handle: (event: T) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  const decoded = decodeJsonObject(record.value);
  if (!decoded.ok) return rejected(decoded.reason, decoded.violations);
  const violations = validator.validate(decoded.document.value);
  if (violations.length > 0) return rejected('VALIDATION_FAILED', violations);
  return handle(plainToInstance(dto, decoded.document.value));
}

/** What ends at once needs no timer. @throws EventTimeoutError, or what the work throws */
async function inTime(work: Outcome | Promise<Outcome>, ms: number): Promise<Outcome> {
  if (!(work instanceof Promise) || ms === Infinity) return work;
  try {
    return await withDeadline(work, ms);
  } catch (error) {
    throw error instanceof DeadlineError ? new EventTimeoutError(ms) : error;
  }
}
